"""What a person types, as Slack sends it on."""

from __future__ import annotations

import re

from practice.workspace import Workspace

TOKEN = re.compile(r"(?P<url>https?://[^\s<>|]+)|(?<![\w@#])(?P<sign>[@#])(?P<name>[\w.-]*\w)")
LOUD = ("channel", "here", "everyone")


def escaped(workspace: Workspace, text: str) -> str:
    """The text with ``&``, ``<`` and ``>`` escaped, then ``@name``, ``#channel``, ``@here`` and links made into tokens.

    Slash commands get this when the manifest says ``should_escape``, messages always. Names nobody has stay as typed.
    """
    safe = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

    def token(match: re.Match[str]) -> str:
        if match["url"]:
            return f"<{match['url']}>"
        name = match["name"]
        if match["sign"] == "#":
            channel = workspace.channel(name)
            return f"<#{channel.id}|{channel.name}>" if channel else match[0]
        if name in LOUD:
            return f"<!{name}>"
        user = workspace.user(name)
        return f"<@{user.id}|{user.name}>" if user else match[0]

    return TOKEN.sub(token, safe)
