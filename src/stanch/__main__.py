"""`python -m stanch` and the `stanch` command."""

import sys

from stanch.errors import StanchError


def main() -> None:
    """Exit status: 0 good, 1 findings, 2 unusable input."""
    from stanch.cli import app

    try:
        app()
    except StanchError as mistake:
        print(f"stanch: {mistake}", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
