"""A question that nobody waits for any more loses its buttons, and says what became of it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection

from stanch.core.chain import Event
from stanch.core.chase import kept_by_stanch, left_open
from stanch.core.incident import Incident
from stanch.core.policy import sees
from stanch.core.roles import ROLES
from stanch.core.text import cut, listed
from stanch.core.words import Mrkdwn
from stanch.flows.deliver import Cancelled, Later, Outcome
from stanch.slack import blocks as b
from stanch.slack.asked_for import buttons
from stanch.slack.client import Kind, SlackFault
from stanch.slack.gateway import Kit, done
from stanch.slack.messages import update
from stanch.slack.offer_buttons import answers
from stanch.slack.phrases import Message
from stanch.store import outbox
from stanch.store.outbox import Owed
from stanch.store.statements import LIVE

ENDS: Final = {
    "seat_accepted": "You have accepted.",
    "seat_passed": "You have passed. Thank you for saying so.",
    "seat_lapsed": "The time to answer is over. If you are here now:",
}
OVER: Final = "Nobody waits for an answer any more."
NEWS: Final = 40
SOON: Final = 0.5
LATEST: Final = 30.0
"""Seconds between two looks at whether a question has come: at first, and at the most."""
DRAWN_MEANWHILE: Final = 3
"""From which look on the other questions do not wait for it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it was sent: where it stands, and the entry that it is about."""

    channel: str
    ts: str
    event: Event
    form: str = ""
    """The name of the message, where it is not the entry's own."""


def waits(i: Incident, event: Event) -> bool:
    """Whether an answer to this entry, or to a part of it, is still waited for."""
    payload = event.payload or {}
    user = payload.get("user")
    if event.kind == "handover_asked":
        found = i.seating.handover(str(payload["role"]))
        return found is not None and (found.user, found.until) == (user, payload["until"])
    return any(ask.user == user and set(ask.roles) & set(payload["roles"]) for ask in i.seating.asks)


async def end(kit: Kit, i: Incident, owed: Owed) -> Outcome:
    """Take the buttons from all that this person was asked and is not asked any more; the rest says the time that is
    left now."""
    user, how = str(owed.payload["answered"]), owed.event.kind if owed.event else ""
    # A late try of its end may have brought back what it was about.
    hush = bool(owed.payload.get("hush") or (owed.late and not sees(i, user)))
    asked = await kit.desk.database(lambda db: _sent(kit, db, i, owed.lane, ended=hush), background=True)
    if hush:
        return await _hush(kit, i, user, asked)
    over = [one for one in asked if not waits(i, one.event)]
    again = [one for one in asked if one not in over and one.event.kind == "seat_asked" and how == "seat_hurried"]
    for one in over:
        await _change(kit, one, await _ended(kit, i, one.event, user, how))
    for one in again:
        await _change(kit, one, asking(kit, i, one.event, sooner=True))
    if not over and not again:
        return Cancelled("nothing was sent, or it is still asked")
    late = [one.ts for one in over if how == "seat_lapsed" and one.event.kind == "seat_asked"]
    return done(ended=[one.ts for one in over], late=late)


async def _hush(kit: Kit, i: Incident, user: str, asked: Sequence[Asked]) -> Outcome:
    """All that this person was asked, the newest first, as it is for somebody who does not see the incident. They did
    not when it became restricted: it is the same if they were let in since, however long this took."""
    for one in reversed(asked):
        payload, handover = one.event.payload or {}, one.event.kind == "handover_asked"
        below = answers(i, [str(payload["role"])] if handover else payload["roles"], handover)
        await _change(kit, one, _stub(kit, i, below) if waits(i, one.event) else _neutral(kit, i, OVER))
    return done(hushed=[one.ts for one in asked])


async def redraw(kit: Kit, i: Incident, tries: int = 1, *, late: bool = False) -> Outcome:
    """The room's questions as they are now: who is asked still, until when, and what became of the others. One that is
    still on its way is waited for; the `tries` say for how long already. `late`: also those that were ended."""
    if i.room is None or i.moving:
        return Cancelled("the room is being left")
    rows = await kit.desk.database(lambda db: outbox.of_lane(db, f"inc-{i.number}/room"), background=True)
    rows = [row for row in rows if json.loads(row.payload).get("asks")]
    missing = any(row.state in LIVE for row in rows)
    wait = Later("the question itself is still on its way", min(LATEST, SOON * 2 ** min(tries - 1, 10)))
    if missing and tries < DRAWN_MEANWHILE:
        return wait
    lane = f"inc-{i.number}/asked"
    asked = await kit.desk.database(lambda db: _sent(kit, db, i, lane, rows, ended=late), background=True)
    ended: list[str] = []
    for one in (one for one in asked if one.channel == i.room):
        over = not one.form and not waits(i, one.event)
        text = kit.templates.render(one.form or one.event.kind, **kit.render.facts(i, one.event))
        below = [b.context(_became(kit, i, one.event))] if over else buttons(i, one.event, one.form, kit.desk.catalogue)
        message = Message(kit.render.fallback(i, cut(text, 300)), [b.section(text), *below])
        await _change(kit, one, message)
        # Who sits there is said when somebody is found.
        settled = not {role for role, _ in left_open(i)} & set((one.event.payload or {}).get("roles", ()))
        ended += [one.ts] if over and settled else []
    return wait if missing else done(ended=ended, closed=await _late(kit, i))


async def _change(kit: Kit, one: Asked, message: Message) -> None:
    try:
        await update(kit, one.channel, one.ts, message)
    except SlackFault as fault:
        # Somebody has deleted it: there is nothing left to change.
        if fault.kind is not Kind.REFUSED:
            raise


def asking(kit: Kit, i: Incident, event: Event, *, sooner: bool = False) -> Message:
    """The question to the person alone. `sooner`: there is less time by now, and the notification begins with it."""
    payload, facts = event.payload or {}, kit.render.facts(i, event)
    text = kit.templates.render("asked", **facts)
    short = f"Please answer by {facts['until_at']} now. {text}" if sooner else text
    return alone(kit, i, str(payload["user"]), short, [b.section(text), answers(i, payload["roles"])])


def alone(kit: Kit, i: Incident, user: str, text: str, blocks: Sequence[b.Block]) -> Message:
    """What somebody who does not see the incident is asked is the stub, and the buttons."""
    return Message(kit.render.fallback(i, cut(text, 300)), blocks) if sees(i, user) else _stub(kit, i, blocks[-1])


def _stub(kit: Kit, i: Incident, below: b.Block) -> Message:
    ask = b.safe(f"{kit.render.stub(i)}. You are asked to take a role in it.", 300)
    return Message(ask, [b.section(ask), below])


def _neutral(kit: Kit, i: Incident, end: str) -> Message:
    stub = b.safe(f"{kit.render.stub(i)}. {end}", 300)
    return Message(stub, [b.context(stub)])


def _became(kit: Kit, i: Incident, event: Event) -> str:
    """Below a question in the room that is over; names are plain text."""
    payload = event.payload or {}
    user, roles = str(payload["user"]), [role for role in payload["roles"] if role in ROLES]
    theirs = all(i.seats.get(role) == user and (role, user) not in i.seating.out for role in roles)
    if theirs or not i.is_open:
        return "✔ Accepted." if i.is_open and user in i.seating.present else OVER
    return b.safe(f"Not asked any more. Now: {_now(kit, i, roles)}.", 600)


def _sits(kit: Kit, i: Incident, role: str) -> str:
    holder = i.seats.get(role)
    if holder is None or (role, holder) in i.seating.out:
        return "Stanch" if kept_by_stanch(i, role, kit.desk.catalogue) else "nobody yet"
    return kit.render.person(holder) + (" (asked)" if i.seating.ask(role) else "")


async def _ended(kit: Kit, i: Incident, event: Event, user: str, how: str) -> Message:
    """What they were asked, and what came of it; whoever took a role over keeps the state of things."""
    payload, asked = event.payload or {}, event.kind == "seat_asked"
    roles = [role for role in (payload["roles"] if asked else [payload["role"]]) if role in ROLES]
    theirs = i.is_open and all(i.seats.get(role) == user and (role, user) not in i.seating.out for role in roles)
    spoken = listed([ROLES[role].lower() for role in roles])
    end = ENDS.get(how, OVER) if asked else OVER
    if theirs and asked and how != "seat_accepted":
        end = f"You are {spoken}, and nobody needs an answer."
    elif theirs and not asked:
        end = f"✔ You have accepted: you are {spoken}."
    if not sees(i, user):
        return _neutral(kit, i, end)
    free = _free(i, roles) if how == "seat_lapsed" and asked else []
    if how == "seat_lapsed" and asked and not free and not theirs:
        end = b.safe(f"The time to answer is over. Now: {_now(kit, i, roles)}.", 600) if i.is_open else OVER
    where = f", in <#{i.room}>" if i.room else ""
    what = f"You were asked to {'be' if asked else 'take over as'} *{spoken}* of {i.name}{where}"
    text = Mrkdwn(f"{'🪑' if asked else '🔁'} {'DRILL · ' if i.drill else ''}{what}: {b.safe(i.title, 300)}")
    known = await summary(kit, i, user) if theirs and not asked else []
    blocks = [b.section(text), *known, b.context(end)]
    if free:
        # Whoever wakes up late has one click to the seat, if nobody sits there by then.
        blocks.append(b.actions([_taking(i, role, alone=len(free) == 1) for role in free]))
    return Message(kit.render.fallback(i, text), blocks)


def _free(i: Incident, roles: Sequence[str]) -> list[str]:
    """Of these, where nobody sits who has said yes."""
    return [
        role
        for role in roles
        if i.is_open and (role not in i.seats or (role, i.seats[role]) in i.seating.out or i.seating.ask(role))
    ]


def _now(kit: Kit, i: Incident, roles: Sequence[str]) -> str:
    return ", ".join(f"{ROLES[role].lower()} {_sits(kit, i, role)}" for role in roles)  # type: ignore[index]


async def summary(kit: Kit, i: Incident, user: str) -> list[b.Block]:
    """The state of things, as for somebody who joins late."""
    _, latest = await kit.desk.latest(i.number, NEWS)
    news = [one for one in latest if one.kind != "reminded"]
    return [*kit.render.catchup(i, news, user).blocks] if sees(i, user) else []


async def _late(kit: Kit, i: Incident) -> list[str]:
    """What lapsed keeps its way to the seat until somebody sits there, or it is over. The ts of those that changed."""

    def read(db: Connection) -> list[tuple[str, Asked]]:
        closed = {
            ts
            for row in outbox.of_lane(db, f"inc-{i.number}/asked")
            for ts in json.loads(row.result or "{}").get("closed") or ()
        }
        found: list[tuple[str, Asked]] = []
        for user in sorted({user for _, user in i.seating.ever}):
            lane = f"inc-{i.number}/ask/{user}"
            rows = [json.loads(row.result or "{}") for row in outbox.of_lane(db, lane)]
            late = {ts for result in rows for ts in result.get("late") or ()} - closed
            found += [(user, one) for one in _sent(kit, db, i, lane, ended=True) if one.ts in late]
        return found

    changed: list[str] = []
    for user, one in await kit.desk.database(read, background=True):
        roles = [role for role in (one.event.payload or {})["roles"] if role in ROLES]
        if len(free := _free(i, roles)) == len(roles):
            continue
        await _change(kit, one, await _ended(kit, i, one.event, user, "seat_lapsed"))
        changed += [] if free else [one.ts]
    return changed


def _taking(i: Incident, role: str, *, alone: bool) -> b.Block:
    label = "Take this role" if alone else f"Take {ROLES[role].lower()}"  # type: ignore[index]
    return b.button(label, f"take_seat:{role}", f"{i.number}:{i.seq}")


def _sent(
    kit: Kit, db: Connection, i: Incident, lane: str, questions: Sequence[Any] = (), *, ended: bool = False
) -> list[Asked]:
    """What stands with buttons still, of this lane and of `questions` of another; with `ended` the others, too."""
    rows = [
        (json.loads(row.payload), json.loads(row.result))
        for row in (*questions, *outbox.of_lane(db, lane))
        if row.state == "done"
    ]
    gone = set() if ended else {ts for _, result in rows for ts in result.get("ended") or ()}
    found: list[Asked] = []
    for about, result in rows:
        if result.get("channel") and result.get("ts") not in gone and (event := _entry(kit, db, i, about)):
            found.append(Asked(str(result["channel"]), str(result["ts"]), event, str(about.get("as") or "")))
    return found


def _entry(kit: Kit, db: Connection, i: Incident, about: dict[str, Any]) -> Event | None:
    event = kit.desk.log.entry(db, i.number, int(about["entry"]))
    asks = event and event.payload and (event.kind in ("seat_asked", "handover_asked") or about.get("as") == "roles")
    return event if asks else None
