"""The status page, as far as people have a hand in it: what failed, what still says that it goes on."""

import re
from typing import Any, Final

from slack_bolt.async_app import AsyncApp

from stanch.core import status_commands as c
from stanch.core.cadence import who_speaks
from stanch.core.command import Command
from stanch.core.incident import Incident
from stanch.core.policy import sees
from stanch.core.quiet import awake
from stanch.core.text import cut
from stanch.flows.deliver import Cancelled, Later, Outcome
from stanch.slack import blocks as b
from stanch.slack.answers import Body, number_in
from stanch.slack.client import Kind, SlackFault
from stanch.slack.gateway import Kit, Performer, done
from stanch.slack.listeners import Listeners
from stanch.slack.once import post_once
from stanch.slack.page_buttons import page_buttons
from stanch.slack.phrases import Message
from stanch.store.outbox import Owed

CHASE: Final = "chase_page"
_COMMANDS: Final[dict[str, type[Command]]] = {
    "retry": c.RetryPage,
    "resolve": c.ResolvePage,
    "settle": c.SettlePage,
}


class PageClicks:
    def __init__(self, listeners: Listeners) -> None:
        self._listeners = listeners

    def register(self, app: AsyncApp) -> None:
        app.action(re.compile(r"^page:"))(self.clicked)

    async def clicked(self, ack: Any, body: Body, action: Body) -> None:
        """Each click counts by itself: the state says what it comes to."""
        make = _COMMANDS.get(str(action["action_id"]).partition(":")[2], c.RetryPage)
        key = f"click:{body['trigger_id']}:{action['action_id']}"
        await self._listeners.clicked(ack, body, make(), number_in(action.get("value")), key)


async def chase(kit: Kit, i: Incident, owed: Owed) -> Outcome:
    """Who speaks for the incident, then the commander, then who speaks again, until the page says that it is over."""
    page = i.status_page
    if page.ending is None:
        return Cancelled("the page says it, or it is open again")
    now = kit.desk.clock()
    if (by_day := awake(i, kit.desk.catalogue, now)) > now:
        return Later("it can wait until the morning", (by_day - now).total_seconds(), unclear=owed.ambiguous)
    to = i.commander if page.chased % 2 else who_speaks(i)
    if not sees(i, to, None):
        to = i.commander
    assert owed.event is not None
    text = kit.templates.render("page_open", **kit.render.facts(i, owed.event))
    blocks = [b.section(text), b.actions(page_buttons("page_open", f"{i.number}:{owed.event.seq}"))]
    message = Message(kit.render.fallback(i, cut(text, 300)), blocks)
    try:
        channel = await kit.directory.alone(to, kit.call)
        ts = await post_once(kit, channel, owed.key, message, owed)
    except SlackFault as fault:
        if fault.kind is not Kind.REFUSED:
            raise
        # Somebody who cannot be reached must not end it: the other one is told next.
        return done(c.ReportPageChased(to, missed=True))
    return done(c.ReportPageChased(to), ts=ts)


PERFORMERS: Final[dict[str, Performer]] = {CHASE: chase}
