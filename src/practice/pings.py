"""Whom a message pings: what Slack would turn into a notification."""

from __future__ import annotations

import re
from typing import Any

from practice.model import Json

MENTION = re.compile(r"<(@[UW][A-Z0-9]+|![a-z]+|!subteam\^[A-Z0-9]+)(?:\|[^>]*)?>")
LOUD = ("!channel", "!here", "!everyone")
PLAIN = re.compile(r"(?<!\w)@(channel|here|everyone)\b")


def linked(text: str) -> str:
    """The text as Slack stores it under ``parse=full`` or ``link_names``: a plain ``@channel`` is made to ping."""
    return PLAIN.sub(r"<!\1>", text)


def in_text(text: str) -> list[str]:
    """The mentions in mrkdwn: user ids, and ``<!channel>`` and its kin as they stand."""
    found = []
    for mention in MENTION.findall(text):
        if mention.startswith("@"):
            found.append(mention[1:])
        elif mention in LOUD or mention.startswith("!subteam"):
            found.append(f"<{mention}>")
    return found


def in_blocks(value: Any) -> list[str]:
    """The mentions in mrkdwn texts, markdown blocks and rich text, at any depth. plain_text pings nobody."""
    if isinstance(value, list):
        return [ping for one in value for ping in in_blocks(one)]
    if not isinstance(value, dict):
        return []
    match value.get("type"):
        case "mrkdwn" | "markdown":
            return in_text(str(value.get("text", "")))
        case "user":
            return [str(value.get("user_id"))]
        case "usergroup":
            return [f"<!subteam^{value.get('usergroup_id')}>"]
        case "broadcast":
            return [f"<!{value.get('range')}>"]
    return [ping for one in value.values() if isinstance(one, dict | list) for ping in in_blocks(one)]


def of(message: Json) -> list[str]:
    """Everyone the message pings, each once, in order of appearance."""
    parts = [message.get(name) or [] for name in ("blocks", "attachments")]
    return list(dict.fromkeys([*in_text(str(message.get("text") or "")), *in_blocks(parts)]))
