"""Messages that appear once: each carries its key in its metadata, and whoever may not be alone with it looks.

Slack takes no key that keeps a second one out. A call that was held up, by a frozen process or on its way, can land
after its lease is over and somebody else has looked and posted. Whoever comes to know of two takes the newer away; of
two that post at once, the later sees both. What lands when nobody waits for it any more, because its process was killed
and the grace period is over, stays.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from math import inf
from typing import Any, Final

from stanch.slack.client import Kind, SlackFault
from stanch.slack.gateway import POSTING, Kit
from stanch.slack.phrases import Message
from stanch.store import outbox
from stanch.store.outbox import Owed

EVENT_TYPE: Final = "stanch_message"
LOOK_BACK: Final = 300
"""Seconds before the intent that a look into the history reaches back, for clocks that differ."""
LOOK_PAGES: Final = 10
LOOKS: Final = 6
SLOWEST: Final = 30.0
"""Seconds between two looks at the most, for a message whose lease is over: nobody else would look again."""


async def post_once(
    kit: Kit, channel: str, key: str, message: Message, owed: Owed, *, thread: str | None = None
) -> str:
    """The message's ts: of the one that is there, if an earlier try may have posted it, else of a new one. `thread` is
    the ts of the message that it answers."""
    if owed.ambiguous and (ts := await _only(kit, channel, key, owed, thread)):
        return ts
    try:
        answer = await kit.call(
            POSTING,
            channel=channel,
            thread_ts=thread,
            text=message.text,
            blocks=message.blocks,
            metadata={"event_type": EVENT_TYPE, "event_payload": {"key": key, "incident": owed.incident}},
            unfurl_links=False,
            unfurl_media=False,
        )
    except SlackFault as fault:
        if fault.kind is Kind.UNCLEAR and _over(kit, owed):
            await asyncio.sleep(kit.grace)
            if ts := await _left(kit, channel, key, owed, thread):
                return ts
        raise
    ts = str(answer["ts"])
    if owed.ambiguous or _over(kit, owed):
        return await _left(kit, channel, key, owed, thread) or ts
    return ts


def _over(kit: Kit, owed: Owed) -> bool:
    """It may be somebody else's by now, or will be in a moment."""
    return time.time() >= min(kit.deadline, owed.lease_until)


async def _left(kit: Kit, channel: str, key: str, owed: Owed, thread: str | None) -> str | None:
    """What is left where there may be two. A look that fails is unclear, as the message may stand: whoever has the
    effect looks before it repeats."""
    late = _over(kit, owed)
    kit = replace(kit, deadline=inf) if late else kit
    for tries in range(LOOKS if late else 1):
        try:
            ts = await _only(kit, channel, key, owed, thread)
            if late and ts and await _unwanted(kit, owed, ts):
                await _take_away(kit, channel, ts)
            return ts
        except SlackFault as fault:
            if fault.kind is Kind.REFUSED:
                return None
            if tries == LOOKS - 1 or not late:
                raise SlackFault(Kind.UNCLEAR, fault.error, detail=fault.detail) from fault
            await asyncio.sleep(min(SLOWEST, max(fault.after, 2.0**tries / 4)))
    return None


async def _unwanted(kit: Kit, owed: Owed, ts: str) -> bool:
    """Whether whoever took over has settled it without this message: it was not wanted any more, or is another."""
    state, result = await kit.desk.database(lambda db: outbox.standing(db, owed.id), background=True)
    return state == "cancelled" or (state == "done" and result.get("ts", ts) != ts)


async def _only(kit: Kit, channel: str, key: str, owed: Owed, thread: str | None) -> str | None:
    """The ts of the oldest of our messages with this key, if there is one; the others are taken away."""
    there = sorted([ts async for found, ts in _ours(kit, channel, owed.intent_at, thread) if found == key], key=float)
    for ts in there[1:]:
        await _take_away(kit, channel, ts)
    return there[0] if there else None


async def _take_away(kit: Kit, channel: str, ts: str) -> None:
    try:
        await kit.call("chat.delete", channel=channel, ts=ts)
    except SlackFault as fault:
        # The other one that knows of both was faster.
        if fault.kind is not Kind.REFUSED:
            raise


async def find(kit: Kit, channel: str, key: str, since: float) -> str | None:
    """The ts of our message with this key in its metadata, if it was posted not long before `since` (epoch seconds)."""
    return min([ts async for found, ts in _ours(kit, channel, since, None) if found == key], key=float, default=None)


async def _ours(kit: Kit, channel: str, since: float, thread: str | None) -> AsyncIterator[tuple[str, str]]:
    async for one in replies(kit, channel, thread, since - LOOK_BACK) if thread else _known(kit, channel, since):
        yield one


async def _known(kit: Kit, channel: str, since: float) -> AsyncIterator[tuple[str, str]]:
    async for message in history(kit, channel, since):
        if key := _key(kit, message):
            yield key, str(message["ts"])


def _key(kit: Kit, message: dict[str, Any]) -> str:
    """Of a message of ours, else empty."""
    about = (message.get("metadata") or {}).get("event_payload") or {}
    return str(about.get("key") or "") if message.get("user") == kit.directory.me else ""


async def history(kit: Kit, channel: str, since: float) -> AsyncIterator[dict[str, Any]]:
    """The channel's messages from a little before `since` (epoch seconds), the newest first."""
    about: dict[str, Any] = {"channel": channel, "oldest": f"{since - LOOK_BACK:.6f}"}
    async for message in _pages(kit, "conversations.history", about):
        yield message


async def replies(kit: Kit, channel: str, parent: str, since: float) -> AsyncIterator[tuple[str, str]]:
    """Key and ts of each of our replies after `since` (epoch seconds)."""
    about: dict[str, Any] = {"channel": channel, "ts": parent, "oldest": f"{since:.6f}"}
    async for message in _pages(kit, "conversations.replies", about):
        if message["ts"] != parent and (key := _key(kit, message)):
            yield key, str(message["ts"])


async def _pages(kit: Kit, method: str, about: dict[str, Any]) -> AsyncIterator[dict[str, Any]]:
    cursor: str | None = None
    for _ in range(LOOK_PAGES):
        answer = await kit.call(method, read=True, **about, limit=200, include_all_metadata="true", cursor=cursor)
        for message in answer.get("messages") or ():
            yield message
        cursor = (answer.get("response_metadata") or {}).get("next_cursor")
        if not cursor:
            return
