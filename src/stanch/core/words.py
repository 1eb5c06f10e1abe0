"""Text on its way to Slack: what came from people is data and must stay it.

Slack reads `&`, `<` and `>` as control characters; nothing else needs escaping, and nothing else may be
(https://docs.slack.dev/messaging/formatting-message-text, "Escaping text").
"""

from datetime import datetime, timedelta
from typing import Final

DAY: Final = "{date_short_pretty} {time}"
NEAR: Final = timedelta(hours=6)
"""Within it a time of day is not taken for that of another day."""


class Mrkdwn(str):
    """Text that is Slack mrkdwn already, made by us; it is not escaped again."""

    __slots__ = ()


def escape(text: str) -> Mrkdwn:
    """Return `text` with the three characters escaped that would make a mention, a link or an entity of it."""
    if isinstance(text, Mrkdwn):
        return text
    return Mrkdwn(text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))


def when(moment: datetime, form: str = "{time}") -> Mrkdwn:
    """A moment in each reader's own time zone; the fallback is UTC."""
    return Mrkdwn(f"<!date^{int(moment.timestamp())}^{form}|{moment:%H:%M} UTC>")


def when_after(moment: datetime, known: datetime) -> Mrkdwn:
    """A moment with its day, unless it is so near to one that readers know of that the time alone tells it."""
    return when(moment, DAY if abs(moment - known) > NEAR else "{time}")
