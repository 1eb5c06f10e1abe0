"""The question to who goes on call, whether they can open what they need; and the list of what is missing."""

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final

from slack_bolt.async_app import AsyncApp

from stanch.core.incident import Incident
from stanch.core.roles import ROLES
from stanch.core.text import cut
from stanch.core.words import escape
from stanch.errors import Unavailable
from stanch.flows.deliver import Buried, Cancelled, Done, Outcome
from stanch.flows.desk import Desk
from stanch.slack import blocks as b
from stanch.slack.answers import Answers, Body, where, who
from stanch.slack.blocks import Block
from stanch.slack.client import Kind, Slack, SlackFault
from stanch.slack.gateway import Kit, Performer
from stanch.slack.once import post_once
from stanch.slack.phrases import Message
from stanch.store import can_open
from stanch.store.outbox import Owed

ACTION: Final = "can_open"
QUESTION: Final = (
    "🔑 Once a week: can you open what you need at 03:00? Try each link now, and say so with one click. What stays"
    " open for a day is told to those who look after it, so that it is mended by day."
)
THANKS: Final = "Thank you. Everything that you need can be opened."


async def ask(kit: Kit, incident: Incident | None, owed: Owed) -> Outcome:
    """One person, alone."""
    links: list[tuple[str, list[tuple[str, str]]]] = owed.payload["links"]
    lines = [
        f"• *{what}*: {', '.join(f'<{escape(url)}|{escape(name)}>' for name, url in there)}" for what, there in links
    ]
    buttons = [
        b.button(f"I can open {what}", f"{ACTION}:{what}", f"{owed.payload['round']}|{what}") for what, _ in links
    ]
    text = "\n".join((QUESTION, *lines))
    message = Message(cut(QUESTION, 300), [b.section(text), b.actions(buttons)])
    channel = await kit.directory.alone(str(owed.payload["user"]), kit.call)
    ts = await post_once(kit, channel, owed.key, message, owed)
    return Done({"ts": ts})


async def list_missing(kit: Kit, incident: Incident | None, owed: Owed) -> Outcome:
    """To the owners of a service: what we cannot reach, and who has not said that they can open what."""
    service = kit.desk.catalogue.service(str(owed.payload["service"]))
    if service is None:
        return Cancelled("the service has left the catalogue")
    open_now = await kit.desk.database(lambda db: can_open.missing(db, str(owed.payload["round"])), background=True)
    lines = [f"• I cannot reach {escape(one)}" for one in owed.payload["missing"]]
    for what in owed.payload["links"]:
        users = [user for user in owed.payload["users"] if (user, what) in open_now]
        if users:
            lines.append(f"• {what}: not confirmed by {escape(', '.join(map(kit.directory.name, users)))}")
    if not lines:
        return Cancelled("nothing is missing")
    head = f"🔑 {escape(service.name)}: what is missing for the next night. `stanch access-check` looks again."
    message = Message(cut(head, 300), [b.section("\n".join((head, *lines)))])
    names = [name for role in ROLES for name in service.owners.get(role, ())]
    owners = [person.id for name in names if (person := kit.directory.person(name)) and person.here]
    refused: SlackFault | None = None
    for user in dict.fromkeys(owners):
        try:
            # It may have gone out in an earlier try that another owner's message ended.
            looked = replace(owed, ambiguous=owed.ambiguous or owed.attempts > 1)
            await post_once(kit, await kit.directory.alone(user, kit.call), f"{owed.key}/{user}", message, looked)
        except SlackFault as fault:
            if fault.kind is not Kind.REFUSED:
                raise
            # The others hear it all the same.
            refused = fault
    return Buried(str(refused), "list what is missing to its owners") if refused else Done()


PERFORMERS: Final[dict[str, Performer]] = {"access_ask": ask, "access_list": list_missing}


class AccessClicks:
    def __init__(self, desk: Desk, slack: Slack) -> None:
        self._desk = desk
        self._slack = slack
        self._answers = Answers(slack)

    def register(self, app: AsyncApp) -> None:
        app.action(re.compile(f"^{ACTION}:"))(self.clicked)

    async def clicked(self, ack: Any, body: Body, action: Body) -> None:
        """Recorded before it is acknowledged; the message follows, and loses nothing if it does not."""
        round, _, what = str(action.get("value") or "").partition("|")
        user, now = who(body), self._desk.clock().timestamp()
        try:
            noted = await self._desk.database(lambda db: can_open.opened(db, round, user, what, now))
        except Unavailable as away:
            await ack()
            self._answers.later(self._answers.tell(body.get("response_url"), str(away)))
            return
        await ack()
        if noted:
            self._answers.later(self._ticked(body, what))
        else:
            self._answers.later(self._answers.tell(body.get("response_url"), "You were not asked for that."))

    async def _ticked(self, body: Body, what: str) -> None:
        message = body.get("message") or {}
        blocks = ticked(message.get("blocks") or (), what)
        try:
            await self._slack.call(
                "chat.update", channel=where(body), ts=message.get("ts"), text=message.get("text") or "", blocks=blocks
            )
        except SlackFault:
            await self._answers.tell(body.get("response_url"), f"Noted: you can open {what}.")


def ticked(blocks: Iterable[Block], what: str) -> list[Block]:
    """The message without the button that was clicked; with thanks when it was the last."""
    found: list[Block] = []
    for block in blocks:
        if block.get("type") == "actions":
            left = [one for one in block["elements"] if one.get("action_id") != f"{ACTION}:{what}"]
            found.append({**block, "elements": left} if left else b.context(THANKS))
        else:
            found.append(block)
    return found
