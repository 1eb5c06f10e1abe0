"""``python -m practice``: the workspace alone."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import sys
from pathlib import Path

from practice.server import serve
from practice.service import Service, Settings


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser("python -m practice", description="A practice Slack workspace on loopback.")
    made.add_argument("--port", type=int, default=8765, metavar="N", help="where to listen; 0 takes a free port")
    made.add_argument("--mode", choices=("socket", "http"), default="socket", help="how the app gets its payloads")
    made.add_argument("--request-url", metavar="URL", help="where payloads are posted (with --mode http)")
    made.add_argument(
        "--seed", type=Path, metavar="FILE", help="users and channels of a fresh workspace (YAML or JSON)"
    )
    made.add_argument("--data", type=Path, metavar="DIR", help="where the workspace is kept; without it, in memory")
    made.add_argument("--manifest", type=Path, metavar="FILE", help="the app's manifest; without it, all is allowed")
    made.add_argument(
        "--retry-scale", type=float, default=1.0, metavar="X", help="factor on the pauses of event retries"
    )
    made.add_argument("--rate-limits", action="store_true", help="enforce Slack's rate limits by method and channel")
    made.add_argument(
        "--without", action="append", default=[], metavar="FAMILY", help="methods the plan lacks, such as bookmarks"
    )
    made.add_argument(
        "--pager", action="store_true", help="take pages by webhook and show them; prints its address and token too"
    )
    return made


async def announce(service: Service) -> None:
    print(json.dumps(service.connection()), flush=True)


def main() -> int:
    """Exit status: 0 after Ctrl-C or SIGTERM, 2 for unusable input."""
    given = parser().parse_args()
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(name)s: %(message)s")
    if given.manifest is not None and not given.manifest.exists():
        print(f"practice: {given.manifest}: no such manifest", file=sys.stderr)
        return 2
    settings = Settings(
        port=given.port,
        mode=given.mode,
        request_url=given.request_url,
        data=given.data,
        seed=given.seed,
        manifest=given.manifest,
        retry_scale=given.retry_scale,
        rate_limits=given.rate_limits,
        without=tuple(given.without),
        pager=given.pager,
    )
    try:
        asyncio.run(serve(settings, announce=announce))
    except (OSError, ValueError) as error:
        print(f"practice: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
