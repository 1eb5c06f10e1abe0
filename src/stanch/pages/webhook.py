"""A webhook of the team's own: one POST for each word, with a key by which the receiver knows a repetition."""

from typing import Any
from urllib.parse import urlsplit

from stanch.core.chain import stamp
from stanch.pages.base import PageFault, Post, Shown
from stanch.pages.line import Line


class Webhook:
    def __init__(self, line: Line, url: str) -> None:
        """`url` is only to say where it is."""
        self._line = line
        self._host = urlsplit(url).hostname or "its address"

    async def show(self, post: Post) -> Shown | None:
        """Repeated with the same key after an unclear try: a receiver that has seen it does nothing."""
        if post.only_if_there and not post.look:
            return None
        key = f"{post.key}/{post.n}"
        answer = await self._line.ask("POST", "", _sheet(post, key), {"Idempotency-Key": key})
        if answer.good:
            return Shown(post.public_id)
        said = f" ({answer.said})" if answer.said else ""
        if answer.status in (408, 425, 429):
            raise PageFault("the webhook asks us to wait", after=answer.after)
        if answer.status in (401, 403):
            mend = "set STANCH_STATUS_WEBHOOK_TOKEN to what it expects"
            raise PageFault(f"the webhook does not let us in ({answer.status}){said}; {mend}", permanent=True)
        if answer.status < 500:
            mend = "look at STANCH_STATUS_WEBHOOK_URL and its log"
            raise PageFault(f"the webhook refuses it with {answer.status}{said}; {mend}", permanent=True)
        raise PageFault(f"the webhook has trouble of its own ({answer.status})", sent=True, after=answer.after)

    async def reached(self) -> str:
        """Whether it answers at all: what it makes of a word is seen with the first one."""
        answer = await self._line.ask("GET", "")
        if answer.status in (401, 403):
            raise PageFault(f"the webhook does not let us in ({answer.status})", permanent=True)
        if answer.status >= 500:
            raise PageFault(f"the webhook has trouble of its own ({answer.status})")
        return f"the webhook at {self._host} answers"


def _sheet(post: Post, key: str) -> dict[str, Any]:
    return {
        "key": key,
        "incident": post.public_id,
        "status": post.state,
        "impact": post.impact,
        "title": post.title,
        "body": post.body,
        "components": dict(post.components),
        "updated_at": stamp(post.at),
    }
