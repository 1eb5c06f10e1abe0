"""Text on its way to Slack: what came from people is data and must stay it.

Slack reads `&`, `<` and `>` as control characters; nothing else needs escaping, and nothing else may be
(https://docs.slack.dev/messaging/formatting-message-text, "Escaping text").
"""


class Mrkdwn(str):
    """Text that is Slack mrkdwn already, made by us; it is not escaped again."""

    __slots__ = ()


def escape(text: str) -> Mrkdwn:
    """Return `text` with the three characters escaped that would make a mention, a link or an entity of it."""
    if isinstance(text, Mrkdwn):
        return text
    return Mrkdwn(text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))
