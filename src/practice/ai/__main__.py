"""``python -m practice.ai``: the practice AI service alone."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys

from practice.ai.server import Options, Service, serve


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser("python -m practice.ai", description="A practice AI service on loopback.")
    made.add_argument("--port", type=int, default=8766, metavar="N", help="where to listen; 0 takes a free port")
    made.add_argument("--lag", type=float, default=2.0, metavar="S", help="seconds until a prompt or index is served")
    made.add_argument("--token", metavar="T", help="the admin token; without it one is made up")
    made.add_argument("--seed", type=int, metavar="N", help="draw the same traffic each time")
    return made


async def announce(service: Service) -> None:
    print(json.dumps(service.connection()), flush=True)


def main() -> int:
    """Exit status: 0 after Ctrl-C or SIGTERM, 2 for a port that cannot be used."""
    given = parser().parse_args()
    try:
        asyncio.run(serve(Options(given.port, given.lag, given.token, given.seed), announce=announce))
    except OSError as error:
        print(f"practice.ai: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
