"""``python -m practice.ai``: the practice AI service alone; ``--help`` says how it stands behind a gateway."""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import os
import sys
from urllib.parse import urlsplit

from practice.ai.server import Options, Service, serve

GATEWAY_KEY = "PRACTICE_AI_GATEWAY_KEY"
MORE = f"""\
It is a model provider too, as OpenAI's API has it: POST /v1/chat/completions and GET /v1/models, behind the provider
key. A gateway such as LiteLLM gets a deployment for each model:

    model: openai/sunrise-latest, api_base: http://127.0.0.1:8766/v1, api_key: the provider key

and --gateway then sends this service's own traffic through it, with the key in {GATEWAY_KEY}. The answers, /metrics and
/admin/stats say which model answered, served_by which deployment (x-litellm-model-id). The settings model, tier and
provider_share then do nothing; prompt, sources and limits go along in the request, the rest is simulated as before.

POST /break {{"class": "quality_regression", "model": "sunrise-latest"}} rolls a bad model out under that name; without
model the bad thing is a prompt. A model southgate/NAME is asked at the provider that no outage hits.
"""


def parser() -> argparse.ArgumentParser:
    raw = argparse.RawDescriptionHelpFormatter
    made = argparse.ArgumentParser(
        "python -m practice.ai", description="A practice AI service on loopback.", epilog=MORE, formatter_class=raw
    )
    made.add_argument("--port", type=int, default=8766, metavar="N", help="where to listen; 0 takes a free port")
    made.add_argument("--lag", type=float, default=2.0, metavar="S", help="seconds until a prompt or index is served")
    made.add_argument("--token", metavar="T", help="the admin token; without it one is made up")
    made.add_argument("--seed", type=int, metavar="N", help="draw the same traffic each time")
    made.add_argument("--provider-key", metavar="K", help="opens the chat completions; without it the token does")
    made.add_argument("--gateway", type=address, metavar="URL", help="ask this gateway for the answers of the traffic")
    made.add_argument(
        "--gateway-model", default="support-bot", metavar="M", help="the model it is asked for (%(default)s)"
    )
    made.add_argument(
        "--rate", type=rate, default=2.0, metavar="R", help="requests a second to the gateway (%(default)g)"
    )
    return made


def address(text: str) -> str:
    found = urlsplit(text)
    if found.scheme not in ("http", "https") or not found.hostname:
        raise argparse.ArgumentTypeError("must be a URL: http://127.0.0.1:4000")
    return text


def rate(text: str) -> float:
    """More than 16 a second would be more traffic than the service has."""
    value = float(text)
    if not (math.isfinite(value) and 0 < value <= 16):
        raise argparse.ArgumentTypeError("must be a number above 0 and up to 16")
    return value


async def announce(service: Service) -> None:
    print(json.dumps(service.connection()), flush=True)


def main() -> int:
    """Exit status: 0 after Ctrl-C or SIGTERM, 2 for a port that cannot be used."""
    given = parser().parse_args()
    options = Options(
        given.port,
        given.lag,
        given.token,
        given.seed,
        given.provider_key,
        given.gateway,
        os.environ.get(GATEWAY_KEY, ""),
        given.gateway_model,
        given.rate,
    )
    try:
        asyncio.run(serve(options, announce=announce))
    except OSError as error:
        print(f"practice.ai: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
