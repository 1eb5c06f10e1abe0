"""The Home tab: open incidents worst first, what I owe and when, mitigations still applied anywhere, *Declare*."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from slack_bolt.async_app import AsyncApp
from sqlalchemy import Row

from stanch.core.audiences import may_approve
from stanch.core.cadence import Owed, all_owed, who_speaks
from stanch.core.catalogue import Catalogue
from stanch.core.chain import unstamp
from stanch.core.incident import Incident
from stanch.core.policy import commands, sees
from stanch.core.roles import ROLES, Role
from stanch.core.seat_rules import spoken
from stanch.errors import Unavailable
from stanch.flows.desk import Desk
from stanch.slack import blocks as b, forms, moves, reach
from stanch.slack.answers import Answers, Body, number_in, who
from stanch.slack.blocks import Block, safe, when
from stanch.slack.client import Slack, SlackFault
from stanch.slack.listeners import Listeners
from stanch.slack.offer_buttons import answers
from stanch.slack.phrases import MARKS
from stanch.slack.render import Render

SPOKEN = {"effective": "in effect"}
LISTED = 15
"""Incidents, and mitigations, on one screen; the list has the rest."""
OWED = 20
ASKED = 5
"""Questions with their buttons; who is asked for more seats than that reads of them in their messages."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the tab is drawn from: rows of `duty` belong to incidents of `about`."""

    incidents: Sequence[Incident]
    mine: Sequence[Row[Any]]
    applied: Sequence[Row[Any]]
    about: Mapping[int, Incident]


class Home:
    def __init__(self, desk: Desk, slack: Slack, render: Render, listeners: Listeners) -> None:
        self._desk = desk
        self._slack = slack
        self._render = render
        self._listeners = listeners
        self._answers: Answers = listeners.answers
        self._answers.redraw = self.publish
        self._publishing = asyncio.Lock()

    def register(self, app: AsyncApp) -> None:
        app.action("home_declare")(self.declare)
        app.action("home_again")(self.again)
        app.action("home_update")(self.update)

    async def opened(self, body: Body, event: Body) -> None:
        """`app_home_opened`, of the Home tab and not of the messages beside it."""
        if event.get("tab", "home") == "home":
            self._answers.later(self.publish(str(event["user"])))

    async def declare(self, ack: Any, body: Body) -> None:
        await ack()
        self._answers.later(self._answers.open(body, forms.declare(self._desk.catalogue, {})))

    async def again(self, ack: Any, body: Body) -> None:
        await ack()
        self._answers.later(self.publish(who(body)))

    async def update(self, ack: Any, body: Body, action: Body) -> None:
        await ack()
        number = number_in(action.get("value"))
        self._answers.later(self._listeners.open_for(body, number, self._listeners.forms["update_form"]))

    async def publish(self, user: str) -> None:
        """An answer: it may be lost, and the next look brings it."""
        try:
            found = Seen(*await self._desk.home(user, LISTED + 1, OWED))
            blocks = draw(found, user, self._desk.clock(), self._desk.catalogue, self._render)
            await self._slack.call("views.publish", user_id=user, view={"type": "home", "blocks": blocks})
        except (SlackFault, Unavailable):
            return


def draw(seen: Seen, user: str, now: datetime, catalogue: Catalogue, render: Render) -> list[Block]:
    """At most 100 blocks."""
    blocks = [
        b.actions([b.button("Declare an incident", "home_declare", "new", style="danger"),
                   b.button("Refresh", "home_again", "again")]),
        b.header("Open incidents"),
        *_open(seen, user, render),
        b.divider(),
        b.header("What you owe"),
        *_owed(seen, user, now, catalogue, render),
        b.divider(),
        b.header("Still applied"),
        *_applied(seen, user, render),
        b.context(f"As of {when(now, '{date_short_pretty} {time}')}"),
    ]  # fmt: skip
    return blocks[:100]


def _open(seen: Seen, user: str, render: Render) -> list[Block]:
    if not seen.incidents:
        return [b.section("None. Quiet is a good sign.")]
    lines = []
    for i in render.in_order(seen.incidents[:LISTED], user):
        block = b.section(render.line(i, user))
        if not sees(i, user):
            block["accessory"] = moves.button("ask_to_join", f"{i.number}:{i.seq}")
        elif not i.moving and i.room:
            block["accessory"] = b.button("Join", "join", f"{i.number}:{i.seq}")
        lines.append(block)
    more = len(seen.incidents) > LISTED
    return [*lines, *([b.context("… and more, less severe: `/incident list`")] if more else ())]


def _owed(seen: Seen, user: str, now: datetime, catalogue: Catalogue, render: Render) -> list[Block]:
    """Questions first, as they wait for the shortest time; updates by when they are due; then seats, promises and what
    is kept."""
    due: list[tuple[datetime, Incident]] = []
    asked: list[tuple[datetime, list[Block]]] = []
    seats: list[str] = []
    for i in seen.about.values():
        if (owed := all_owed(i, catalogue)) and _mine(i, owed[0], user, now):
            due.append((owed[0].due, i))
        if i.is_open:
            asked += _asked(i, user, render)
        if may_approve(i, user):
            seats += [
                f"{i.name} · draft {one.d} for users waits for your approval until {when(unstamp(one.until), '{time}')}"
                for one in i.spoken.waiting
            ]
        held = [_held(i, role) for role in ROLES if i.seats.get(role) == user]
        held += ["acting commander"] if i.acting and i.declared_by == user else []
        if held and i.phase not in ("closed", "dismissed"):
            review = ": it waits to be closed, with its summary" if i.phase == "learn" and user == i.commander else ""
            seats.append(f"{i.name} · {', '.join(held)}{review}")
    asked.sort(key=lambda one: one[0])
    blocks = [block for _, question in asked[:ASKED] for block in question]
    blocks += [_update_due(moment, i, now, user, render) for moment, i in sorted(due, key=lambda one: one[0])]
    promised = [_duty(row, seen, user) for row in seen.mine]
    lines = [*(f"• {line}" for line in promised), *(f"• {line}" for line in seats)]
    if lines:
        blocks.append(b.section("\n".join(lines[:40])))
    return blocks[:30] or [b.section("Nothing.")]


def _mine(i: Incident, owed: Owed, user: str, now: datetime) -> bool:
    """Whether these words fall to them: who speaks; once they are overdue also who commands, and who was asked."""
    late = owed.due < now and (commands(i, user) or user in i.rhythm.clock(owed.audience).asked)
    return late or who_speaks(i) == user


def _asked(i: Incident, user: str, render: Render) -> list[tuple[datetime, list[Block]]]:
    """What waits for their answer, each by when, with *Accept* and *Pass*."""
    found = []
    ask = i.seating.ask_of(user)
    offered = [(ask.until, ask.roles, False)] if ask else []
    offered += [(one.until, (one.role,), True) for one in i.seating.handovers if one.user == user]
    for until, roles, handover in offered:
        names = spoken(roles)
        what = f"to take over as {names}" if handover else f"to be {names}"
        title = safe(render.headline(i) if sees(i, user) else render.stub(i), 200)
        text = f"*You are asked {what}*: accept or pass by {when(unstamp(until), '{time}')} · {title}"
        found.append((unstamp(until), [b.section(text), answers(i, roles, handover)]))
    return found


def _held(i: Incident, role: Role) -> str:
    """The seat's name; until its holder has answered it is only asked of them."""
    return ROLES[role].lower() + (" (asked)" if i.seating.ask(role) else "")


def _update_due(moment: datetime, i: Incident, now: datetime, user: str, render: Render) -> Block:
    late = "*overdue* since" if moment < now else "due"
    title = safe(render.headline(i) if sees(i, user) else render.stub(i), 200)
    button = b.button("Draft update", "home_update", f"{i.number}:{i.seq}", style="danger" if moment < now else None)
    speaker = who_speaks(i)
    whose = "" if speaker == user else f", from {safe(render.person(speaker), 60)}"
    return b.section(f"Update {late} {when(moment, '{date_short_pretty} {time}')}{whose} · {title}", button)


def _duty(row: Row[Any], seen: Seen, user: str) -> str:
    i = seen.about.get(row.incident)
    hidden = i is None or not sees(i, user)
    what = "(restricted)" if hidden else safe(row.what, 200)
    by = f" by {row.due[:10]}" if row.due else ""
    kind = "look after" if row.kind == "mitigation" else "promised"
    return f"INC-{row.incident} · {kind}{by}: {what}"


def _applied(seen: Seen, user: str, render: Render) -> list[Block]:
    """What still moves production, however old. What was pulled from here is put back from here."""
    rows: list[Block] = []
    lines: list[str] = []
    for row in seen.applied[:LISTED]:
        i = seen.about.get(row.incident)
        if i is None or not sees(i, user):
            continue
        what = safe(row.what, 200)
        owner = f" · {safe(render.person(row.who), 60)}" if row.who else ""
        until = f" until {row.due[:10]}" if row.due else ""
        ended = "" if i.is_open else f" · incident {i.phase}"
        state = SPOKEN.get(row.state, row.state)
        line = f"{MARKS.get(row.state, '·')} INC-{row.incident} · {what} ({state}{until}){owner}{ended}"
        if row.k in reach.to_undo(i):
            value = f"{row.incident}:home:{row.k}"
            rows.append(b.section(line, b.button("Undo", f"pull:undo:{row.incident}:{row.k}", value)))
        else:
            lines.append(line)
    lines += ["… and more"] if len(seen.applied) > LISTED else []
    return [*rows, *([b.section("\n".join(lines))] if lines else ())] or [b.section("No mitigation is in force.")]
