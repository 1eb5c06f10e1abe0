"""Answers: to one person, at most once; a crash may lose them. What others must see is an effect instead."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from typing import Any

from stanch.core.text import cut
from stanch.slack import blocks as b
from stanch.slack.client import Slack, SlackFault

logger = logging.getLogger("stanch.slack")
Body = Mapping[str, Any]


class Answers:
    def __init__(self, slack: Slack) -> None:
        self._slack = slack
        self._tasks: set[asyncio.Task[Any]] = set()
        self.redraw: Callable[[str], Awaitable[None]] | None = None
        """Draws the Home tab of this person anew."""

    def later(self, work: Coroutine[Any, Any, Any]) -> None:
        """Do it beside the acknowledgement, which must not wait for it."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def tell(self, response_url: Any, text: str, blocks: Sequence[b.Block] = ()) -> None:
        """To the person whose deed this URL came with; without a URL or a word there is nothing to say."""
        if not response_url or not text:
            return
        more = {"blocks": list(blocks)} if blocks else {}
        try:
            await self._slack.answer(
                str(response_url), text=cut(text, 3_900), response_type="ephemeral", replace_original=False, **more
            )
        except SlackFault as fault:
            logger.info("answer.lost", extra={"error": str(fault)})

    async def show(self, body: Body, text: str, blocks: Sequence[b.Block] = ()) -> None:
        """The same; on the Home tab, where there is no such URL, as a notice that opens, and the tab is drawn anew."""
        if body.get("response_url") or not text:
            await self.tell(body.get("response_url"), text, blocks)
        else:
            notice = {"type": "modal", "title": b.plain("Stanch", 24), "close": b.plain("Close", 24)}
            await self.open(body, notice | {"blocks": [b.section(text)]})
        if self.redraw and (body.get("view") or {}).get("type") == "home":
            await self.redraw(who(body))

    async def open(self, body: Body, view: b.Block) -> str | None:
        """A form, and its id. A trigger is good for one form and three seconds."""
        try:
            opened = await self._slack.call("views.open", trigger_id=body["trigger_id"], view=view)
        except SlackFault as fault:
            logger.warning("form.not_opened", extra={"error": str(fault)})
            await self.tell(body.get("response_url"), "The form could not be opened. Please try once more.")
            return None
        return str((opened.get("view") or {}).get("id") or "")

    async def change(self, id: str, view: b.Block) -> None:
        """What stands in a form that is open; a person who has closed it misses nothing."""
        try:
            await self._slack.call("views.update", view_id=id, view=view)
        except SlackFault as fault:
            logger.info("answer.lost", extra={"error": str(fault)})


def who(body: Body) -> str:
    """Commands name the user flat, clicks as an object."""
    user = body.get("user")
    return str(user["id"] if isinstance(user, Mapping) else body.get("user_id"))


def where(body: Body) -> str | None:
    """The channel in which it was done; None for the Home tab and for shortcuts that belong to none."""
    channel = body.get("channel")
    found = channel.get("id") if isinstance(channel, Mapping) else body.get("channel_id")
    return str(found) if found else None


def place(body: Body) -> Any:
    """The message that was clicked; what is in no message has its trigger."""
    return (body.get("container") or {}).get("message_ts") or body.get("trigger_id")


def number_in(value: Any) -> int | None:
    """The incident's number at the front of a button's value: `N` or `N:…`."""
    head = value.partition(":")[0] if isinstance(value, str) else str(value) if isinstance(value, int) else ""
    return int(head) if head.isascii() and head.isdigit() and len(head) <= 9 else None
