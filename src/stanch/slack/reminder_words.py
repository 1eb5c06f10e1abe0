"""What a reminder says: each thing that is due in a section of its own, and its buttons below all of them."""

from collections.abc import Sequence

from stanch.core import events as e
from stanch.core.cadence import interval, overdue, told_nothing, who_speaks
from stanch.core.chain import Event
from stanch.core.clocks import AGAIN
from stanch.core.describe import describe
from stanch.core.drafting import CALLED
from stanch.core.forgotten import HIGHER, RAISE
from stanch.core.hearing import AUDIENCES
from stanch.core.incident import Incident
from stanch.core.item import Item
from stanch.core.policy import sees
from stanch.core.reminding import Reminder
from stanch.core.rhythm import NO_NEWS, SNOOZES
from stanch.core.spoken import ROOM
from stanch.core.text import cut, listed, one_line
from stanch.core.words import Mrkdwn, when_after
from stanch.slack import blocks as b, moves
from stanch.slack.blocks import Block
from stanch.slack.gateway import Kit
from stanch.slack.phrases import Message

TOLD = frozenset(
    kind.kind
    for kind in (
        e.PullEffective, e.PullLate, e.PullFailed, e.MitigationApplied, e.MitigationMoved, e.Contained, e.Explained,
        e.Checked, e.Judged, e.BleedingChanged, e.RedCheck, e.CameBack, e.Watching,
    )
)  # fmt: skip
"""Kinds of event that are worth an update."""
LATEST = 40
FEW = 4
BY_STAGE = ("remind_room", "remind_late", "remind_unheard", "remind_path", "remind_unheard")
IN_A_ROW = 5
"""Buttons in one row of a message."""


async def message(kit: Kit, i: Incident, one: Reminder, about: Event | None) -> Message:
    assert about is not None
    if one.to and not sees(i, one.to, None):
        # A promise binds also who has left a restricted incident; its details stay inside.
        ask = b.safe(f"{kit.render.stub(i)}: something that you promised there is due today. Ask the commander.", 300)
        return Message(ask, [b.section(ask)])
    words = [item for item in one.items if item.kind in AUDIENCES]
    facts = kit.render.facts(i, about) | {
        "who": Mrkdwn(f"<@{one.to or who_speaks(i)}>"),
        "speaker": Mrkdwn(f"<@{who_speaks(i)}>"),
        "dues": _dues(kit, i, words),
        "asked": _asked(i, one, words),
        "may_wait": _may_wait(kit, i, words),
        "lead": _technical(i),
        "since": await _since(kit, i) if words else "",
        "missing": _missing(i),
        "higher": HIGHER.get(i.severity, ""),
        "hours": _hours(i),
    }
    parts = [(BY_STAGE[min(max(item.stage for item in words), AGAIN)], "")] if words else []
    parts += [(f"remind_{item.kind}", _promise(i, item)) for item in one.items if item.kind not in AUDIENCES]
    texts = [kit.templates.render(name, **facts, what_is_due=promise) for name, promise in parts]
    blocks = [b.section(text) for text in texts]
    if buttons := _buttons(kit, i, one):
        blocks.append(b.actions(buttons))
    return Message(kit.render.fallback(i, cut(texts[0], 300)), blocks)


def _asked(i: Incident, one: Reminder, words: Sequence[Item]) -> Mrkdwn:
    """Who else was reminded of these words alone."""
    users = dict.fromkeys(user for item in words for user in i.rhythm.clock(item.kind).asked if user != one.to)
    return Mrkdwn(listed([f"<@{user}>" for user in users]))


def _technical(i: Incident) -> Mrkdwn:
    """Who has the technical lead, if it is not the commander."""
    lead = i.seats.get("technical", "")
    return Mrkdwn(f"<@{lead}>" if lead and lead != i.commander else "")


def _dues(kit: Kit, i: Incident, words: Sequence[Item]) -> Mrkdwn:
    """`at 14:20`, or to whom what is due if it is not the room alone; with what others have not heard in time."""
    now = kit.desk.clock()
    dues = {one.audience: one.due for one in overdue(i, kit.desk.catalogue, now)} if words else {}
    dues |= {one.kind: one.due for one in words if one.due}
    if list(dues) == [ROOM]:
        return Mrkdwn(f"at {when_after(dues[ROOM], now)}")
    to: dict[str, list[str]] = {}
    for audience, due in sorted(dues.items(), key=lambda one: (one[1], one[0] != ROOM)):
        to.setdefault(str(when_after(due, now)), []).append(CALLED[audience])
    return Mrkdwn(listed([f"at {moment} to {listed(names)}" for moment, names in to.items()]))


def _may_wait(kit: Kit, i: Incident, words: Sequence[Item]) -> bool:
    """Whether the honest minimum will do: it goes to the room, and to nobody who has heard nothing yet."""
    known = kit.desk.catalogue
    first = any(told_nothing(i, one.audience) for one in overdue(i, known, kit.desk.clock()) if one.audience != ROOM)
    return interval(i, known) is not None and any(item.kind == ROOM for item in words) and not first


async def _since(kit: Kit, i: Incident) -> str:
    """What is worth telling of what happened since the last update, newest last."""
    if i.last_update_at is None:
        return ""
    _, events = await kit.desk.latest(i.number, LATEST)
    fresh = [one for one in events if one.recorded_at > i.last_update_at]
    told = [one_line(describe(one, kit.directory.name), 120) for one in fresh if one.kind in TOLD]
    return "; ".join(told[-FEW:])


def _missing(i: Incident) -> str:
    if i.klass or i.severity:
        return "The severity is" if i.klass else "The class is"
    return "Class and severity are"


def _hours(i: Incident) -> str:
    """For how long it has not been contained, when a higher severity is proposed."""
    span = RAISE.get(i.severity)
    return f"{int(span.total_seconds()) // 3600} h" if span else ""


def _promise(i: Incident, item: Item) -> str:
    k = item.about.partition(" ")[2].partition(" ")[0]
    if item.kind in ("action", "overdue"):
        return next((one.what for one in i.actions if str(one.k) == k), "")
    if item.kind == "approval":
        return next((one_line(one.text, 300) for one in i.spoken.drafts if str(one.d) == k), "")
    if item.kind == "stuck":
        return k
    return next((one.what for one in i.mitigations if str(one.k) == k), "")


def _buttons(kit: Kit, i: Incident, one: Reminder) -> list[Block]:
    """Each once, those of what comes first before the others."""
    value = f"{i.number}:{i.seq}"
    found: dict[str, Block] = {}
    kinds = dict.fromkeys("words" if item.kind in AUDIENCES else item.kind for item in one.items)
    for kind in kinds:
        for button in _of_words(kit, i, one, value) if kind == "words" else _of_others(kit, i, kind, value):
            found.setdefault(str(button["action_id"]), button)
    return list(found.values())[:IN_A_ROW]


def _of_words(kit: Kit, i: Incident, one: Reminder, value: str) -> list[Block]:
    due = [item.kind for item in one.items if item.kind in AUDIENCES]
    slower = one.to == i.commander and i.rhythm.without_news >= NO_NEWS and not i.rhythm.doubled
    names = ["still"] if _may_wait(kit, i, one.items) else []
    names += ["snooze"] if any(i.rhythm.clock(audience).snoozes < SNOOZES for audience in due) else []
    names += ["slower"] if slower else []
    update = b.button("Update now", "say_update", value, style="primary")
    return [update, *(moves.button(name, value) for name in names)]


def _of_others(kit: Kit, i: Incident, kind: str, value: str) -> list[Block]:
    match kind:
        case "commander":
            return [b.button("Take this role", "take_seat:commander", value, style="primary")]
        case "facts":
            return [b.button("Fill in", "fill_in", value, style="primary")]
        case "nothing_pulled":
            names = [n for n in ("lever", "runbook", "applied") if moves.reachable(i, n, kit.desk.catalogue)]
            return [moves.button(name, value, first=place == 0) for place, name in enumerate(names)]
        case "stuck":
            offered = moves.offered(i, kit.desk.catalogue)[:3]
            return [moves.button(name, value, first=place == 0) for place, name in enumerate(offered)]
        case "raise":
            return [moves.button(f"raise_{HIGHER[i.severity]}", value, first=True)] if i.severity in HIGHER else []
        case "kept" | "left":
            undo = [name for name in ("undo",) if moves.reachable(i, name, kit.desk.catalogue)]
            return [*(moves.button(name, value) for name in undo), moves.button("settle", value)]
        case "review":
            return [moves.button("close", value, first=True)]
    return []
