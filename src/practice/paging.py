"""Slack's cursors: opaque text that says where the next page starts."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import TypeVar

from practice.args import Args
from practice.errors import SlackError
from practice.model import Json

Item = TypeVar("Item")
LIMIT_MAX = 1000


def page(items: Sequence[Item], args: Args, default: int = 100) -> tuple[Sequence[Item], Json]:
    """One page of the items and its ``response_metadata``.

    Raises ``invalid_cursor``, or ``invalid_limit`` for one below 1 or not below 1000.
    """
    limit = args.number("limit", default) or default
    if not 1 <= limit < LIMIT_MAX:
        raise SlackError("invalid_limit")
    start = 0
    if cursor := args.text("cursor"):
        try:
            word, _, at = base64.b64decode(cursor, validate=True).decode().partition(":")
            start = int(at)
        except (binascii.Error, UnicodeDecodeError, ValueError) as error:
            raise SlackError("invalid_cursor") from error
        if word != "next" or not 0 <= start <= len(items):
            raise SlackError("invalid_cursor")
    end = start + limit
    following = base64.b64encode(f"next:{end}".encode()).decode() if end < len(items) else ""
    return items[start:end], {"next_cursor": following}
