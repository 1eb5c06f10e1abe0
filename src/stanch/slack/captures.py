"""Reading a pinned message from Slack, and showing people that it was taken in."""

from typing import Any

from stanch.core import commands as c
from stanch.core.incident import Incident
from stanch.flows.deliver import Cancelled, Outcome
from stanch.slack.client import Kind, SlackFault
from stanch.slack.forms import moment
from stanch.slack.gateway import Kit, done
from stanch.slack.words import said
from stanch.store.outbox import Owed

TAKEN_IN = "memo"


async def capture(kit: Kit, incident: Incident, owed: Owed) -> Outcome:
    """Read it as it stands now; what was deleted meanwhile is not there to be read."""
    channel, ts = str(owed.payload["channel"]), str(owed.payload["ts"])
    found = await _message(kit, channel, ts)
    if found is None:
        return Cancelled("the message is gone")
    if found.get("user") == kit.directory.me:
        return Cancelled("what Stanch said stands in the timeline already")
    return done(
        c.Capture(
            channel,
            ts,
            author=str(found.get("user") or found.get("bot_id") or ""),
            text=said(found, kit.directory.name),
            link=kit.directory.permalink(channel, ts, str(found.get("thread_ts") or "")),
            at=moment(ts),
            pinned_by=str(owed.payload["by"]),
        )
    )


async def _message(kit: Kit, channel: str, ts: str) -> dict[str, Any] | None:
    """The message: of the channel, or of a thread in it."""
    where = {"channel": channel, "latest": ts, "oldest": ts, "inclusive": "true", "limit": 1}
    for method, more in (("conversations.history", {}), ("conversations.replies", {"ts": ts})):
        try:
            answer = await kit.call(method, read=True, **where, **more)
        except SlackFault as fault:
            if fault.error in ("thread_not_found", "message_not_found"):
                return None
            raise
        for one in answer.get("messages") or ():
            if one.get("ts") == ts:
                return dict(one)
    return None


async def mark(kit: Kit, incident: Incident, owed: Owed) -> Outcome:
    """A small sign on the message. It is a courtesy: where it cannot be put, nobody is told."""
    try:
        await kit.call("reactions.add", channel=owed.payload["channel"], timestamp=owed.payload["ts"], name=TAKEN_IN)
    except SlackFault as fault:
        if fault.error == "already_reacted":
            return done()
        if fault.kind is Kind.REFUSED:
            return Cancelled(str(fault))
        raise
    return done()
