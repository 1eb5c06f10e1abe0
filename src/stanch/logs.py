"""Structured logs: one JSON object a line, on stderr, with the incident in each line that has one, and no secret."""

import json
import logging
import sys
from datetime import UTC, datetime

from stanch.core.redact import redact
from stanch.errors import StanchError

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class Lines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {"at": moment, "level": record.levelname.lower(), "event": record.getMessage(), "logger": record.name}
        line |= {k: v for k, v in vars(record).items() if k not in _STANDARD and v is not None}
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return redact(json.dumps(line, ensure_ascii=False, default=str))


def start(level: str = "info") -> None:
    """Called once, by the process that owns stderr. Raises `StanchError` for a level that there is not."""
    if level not in ("debug", "info", "warning", "error"):
        raise StanchError(f"There is no log level {level}; choose debug, info, warning or error.")
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for noisy in ("slack_sdk", "slack_bolt", "aiohttp", "apscheduler", "alembic", "httpcore", "httpx", "uvicorn"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
