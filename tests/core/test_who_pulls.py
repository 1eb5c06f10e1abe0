"""Who may pull what: everybody × every direction × every state × every severity × the classes that differ.

The tables are typed by hand from the catalogue (section 1, rules 1 to 3); nothing in them comes from what is tested.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache

import pytest

from stanch.core import commands as c, events as e
from stanch.core.chain import unstamp
from stanch.core.decide import Decision, decide
from stanch.core.incident import STANCH, Incident
from stanch.core.walks import Checked
from stanch.errors import Refusal
from tests.fakes.levers import (
    LEVERS,
    accepted,
    asking,
    at_work,
    confirmed,
    in_effect,
    last,
    measured,
    pulling,
    read,
    seen,
    undoing,
)
from tests.fakes.world import ALICE, BOB, CAROL, DAVE, ERIN, Tale, minutes, refused

FIRST, PASSER_BY = "U0FIRST", "U0PASSERBY"
"""Somebody on call who is the first of two, and somebody without any part."""

WHO: dict[str, tuple[str, bool]] = {
    "outsider": (PASSER_BY, False), "on call": (DAVE, True), "technical": (BOB, False),
    "communications": (CAROL, False), "scribe": (ERIN, False), "commander": (ALICE, False),
    "acting": (ALICE, False), "first": (FIRST, True), "stanch": (STANCH, False),
}  # fmt: skip
"""Column → the person, and whether on call. Alice commands; `acting`: nobody has the seat, and alice declared."""

SEVERITIES = ("SEV1", "SEV2", "SEV3", "SEV4", None)
CLASSES = ("quality_regression", "safety_violation", "security")

# Direction → control, value before, value after.
PULLED = {
    "less": ("tool.off", "on", "off"), "back": ("prompt.back", "v18", "v17"), "more": ("secret.rotate", "old", "new"),
}  # fmt: skip
DIRECTIONS = ("less", "back", "more", "undo less", "undo back", "undo more")
WAITING = ("reading", "unread", "choosing", "same", "pulling", "done", "cancelled")
"""States in which a confirm finds nothing to confirm, whoever clicks."""


# What is expected


def table(text: str) -> dict[tuple[str, str], str]:
    """Row and column → word, from a table whose columns stand two spaces or more apart."""
    head, *rows = [[cell.strip() for cell in line.split("  ") if cell.strip()] for line in text.strip().splitlines()]
    assert all(len(row) == len(head) + 1 for row in rows)
    return {(row[0], column): word for row in rows for column, word in zip(head, row[1:], strict=True)}


ASKING = table("""
             outsider  on call  technical  communications  scribe  commander  acting  first  stanch
less         out       pulls    pulls      pulls           pulls   pulls      pulls   pulls  out
back         out       pulls    pulls      pulls           pulls   pulls      pulls   pulls  out
more         out       asks     asks       asks            asks    asks       asks    asks   out
undo less    out       asks     asks       asks            asks    asks       asks    asks   out
undo back    out       pulls    pulls      pulls           pulls   pulls      pulls   pulls  out
undo more    out       pulls    pulls      pulls           pulls   pulls      pulls   pulls  out
""")
"""Read, and shown to confirm; at every severity. In safety and security undoing a less needs a green check besides."""

SECONDING = table("""
             outsider  on call  technical  communications  scribe  commander  acting  first  stanch
more         out       agrees   agrees     agrees          agrees  agrees     agrees  alone  out
undo less    out       agrees   agrees     agrees          agrees  agrees     agrees  alone  out
""")
"""Somebody on call was the first; quality at every severity, and every other class for what is no undo of a less."""

SECONDING_DANGEROUS = table("""
             outsider  on call    technical  communications  scribe     commander  acting  first  stanch
undo less    out       commander  commander  commander       commander  agrees     agrees  boss   out
""")
"""The same in safety and security with a green check: the commander has to be one of the two."""

COMMANDER_FIRST = table("""
             outsider  on call  technical  communications  scribe  commander  acting  first   stanch
more         out       agrees   nobody     nobody          nobody  nobody     nobody  agrees  out
undo less    out       agrees   nobody     nobody          nobody  nobody     nobody  agrees  out
""")
"""The commander, who is not on call, was the first: one of the two has to be. In every class, with a green check."""

ALONE = table("""
        SEV1   SEV2   SEV3   SEV4   None
0:00    2:00   5:00   never  never  never
1:59    2:00   5:00   never  never  never
2:00    glass  5:00   never  never  never
4:59    glass  5:00   never  never  never
5:00    glass  glass  never  never  never
600:00  glass  glass  never  never  never
""")
"""Minutes since the first asked × severity: the glass can be broken, or from when on, or never."""

ROLES = "<@U0ALICE>, <@U0BOB>, <@U0CAROL>, <@U0ERIN>"
WORDS = {
    "out": "Controls are pulled by the people on call for support-copilot and by who has a role here:"
    f" {ROLES}. To take a role: `/incident role technical me`.",
    "nobody": "One of the two has to be on call for support-copilot: its owners in services.yml.",
    "commander": "One of the two has to be the commander: <@U0ALICE>.",
    "never": f"A second person has to agree: {ROLES}. This one has no break-glass; the request stays open.",
    "reason": "Break the glass with one reason; the owner and the security contact are told.",
    "reading": "The value before is not read yet. One moment.",
    "choosing": "Which value? `/incident pull prompt.back VALUE`.",
    "same": "It stands there already: there is nothing to pull.",
    "cancelled": "That was cancelled. Pull it anew from the runbook or `/incident controls`.",
}
GREEN = "Undoing this in {} needs a check that is green now: `/incident check`, then confirm again."
BOSS = "Undoing this in {} needs the commander, <@U0ALICE>: no break-glass without them."


# How it is tried


@cache
def asked_for(direction: str) -> Tale:
    """Everybody has a seat; it is asked for (or its undo is), and nothing is read yet."""
    tale = at_work("SEV1")
    tale.do(c.GiveRole("scribe", ERIN))
    if direction.startswith("undo"):
        control, before, after = PULLED[direction.removeprefix("undo ")]
        in_effect(tale, control, before, after)
        tale.do(c.Undo(1))
    else:
        control, _, after = PULLED[direction]
        tale.do(c.Pull(control, after))
    return tale


def copied(tale: Tale) -> Tale:
    other = Tale(tale.catalogue)
    other.now, other.state, other.events = tale.now, tale.state, list(tale.events)
    return other


def standing_at(direction: str) -> str:
    """What the plane reads while it waits to be confirmed."""
    _, before, after = PULLED[direction.removeprefix("undo ")]
    return after if direction.startswith("undo") else before


@cache
def brought(direction: str, state: str, first: str = FIRST) -> Tale:
    """A pull of this direction in this state; where two are needed, `first` was the first."""
    tale = copied(asked_for(direction))
    p = last(tale).p
    there = standing_at(direction)
    if state == "choosing":
        tale.do(c.CancelPull(p))
        tale.do(c.Pull("prompt.back"))
        read(tale, "v18")
        return tale
    if state == "unread":
        tale.do(c.ReportReading(p, (c.ReadStep(last(tale).control, fault="503"),)), STANCH)
    elif state == "same":
        read(tale, last(tale).to)
    elif state != "reading":
        read(tale, there)
    if state == "cancelled":
        tale.do(c.CancelPull(p))
    if state == "seconding":
        tale.do(c.Confirm(p, on_call=first == FIRST), first)
    if state in ("pulling", "done"):
        confirmed(tale, last(tale), ALICE, BOB)
    if state == "done":
        accepted(tale)
        seen(tale)
    assert last(tale).state == state
    return tale


def moment(at: str) -> str:
    """As each reader's Slack shows it, to the second."""
    if not at:
        return ""
    return f"<!date^{int(unstamp(at).timestamp())}^{{time_secs}}|{at[11:16]} UTC>"


@cache
def green_now(tale: Tale) -> tuple[Checked, ...]:
    """What stands there after a check was measured, and is green."""
    other = copied(tale)
    measured(other, errors="green")
    return other.incident.checks


@dataclass(frozen=True)
class Cell:
    """One incident and one click."""

    tale: Tale
    who: str
    klass: str = "quality_regression"
    severity: str | None = "SEV1"
    after: timedelta = timedelta(seconds=1)
    glass: str = ""
    green: bool = True
    on_call: bool = False
    """On call besides."""

    @property
    def incident(self) -> Incident:
        i = replace(self.tale.incident, klass=self.klass, severity=self.severity, dangerous=self.klass != CLASSES[0])
        if self.who == "acting":
            i = replace(i, seats={role: user for role, user in i.seats.items() if role != "commander"})
        return i

    def clicked(self, command: c.Lever | None = None) -> Decision:
        by, on_call = WHO[self.who]
        shown = (green_now(self.tale), (20, 0)) if self.green else ((), (0, 0))
        i = replace(self.incident, checks=shown[0], judged=shown[1])
        on_call = on_call or self.on_call
        asked = command or c.Confirm(last(self.tale).p, glass=self.glass, on_call=on_call)
        return decide(i, replace(asked, on_call=on_call), by, self.tale.now + self.after, LEVERS)

    def outcome(self, command: c.Lever | None = None) -> str:
        """One of the words of the tables, or the whole refusal."""
        try:
            told = self.clicked(command)
        except Refusal as refusal:
            words = str(refusal)
            return next((name for name, known in WORDS.items() if known == words), words)
        event = told.events[0]
        if isinstance(event, e.PullSeconded):
            assert len(told.events) == 1
            return "asks"
        assert isinstance(event, e.PullConfirmed)
        if event.glass:
            assert [type(one) for one in told.events] == [e.PullConfirmed, e.ActionAdded]
            return "glass"
        assert len(told.events) == 1
        return "agrees" if event.first else "pulls"


def cells(tale: Tale, **more: object) -> Iterator[Cell]:
    """This pull, by everybody, at every severity."""
    for who in WHO:
        for severity in SEVERITIES:
            yield Cell(tale, who, severity=severity, **more)  # type: ignore[arg-type]


# Confirming


@pytest.mark.parametrize("klass", CLASSES)
@pytest.mark.parametrize("direction", DIRECTIONS)
def test_who_confirms(direction: str, klass: str) -> None:
    """Less and back take one person, more takes two, an outsider and a machine take none of them alone; with a check
    that is green, at every severity."""
    for cell in cells(brought(direction, "asking"), klass=klass):
        assert cell.outcome() == ASKING[direction, cell.who], cell


@pytest.mark.parametrize("klass", CLASSES)
@pytest.mark.parametrize("direction", DIRECTIONS)
def test_who_confirms_without_a_green_check(direction: str, klass: str) -> None:
    """Only undoing a less in safety and security asks for one."""
    for cell in cells(brought(direction, "asking"), klass=klass, green=False):
        wanted = ASKING[direction, cell.who]
        if direction == "undo less" and klass != "quality_regression" and wanted != "out":
            wanted = GREEN.format(klass)
        assert cell.outcome() == wanted, cell


@pytest.mark.parametrize("klass", CLASSES)
@pytest.mark.parametrize("direction", ["more", "undo less"])
def test_who_agrees(direction: str, klass: str) -> None:
    """Anybody who may pull is a second person, but not the first and not Stanch; in safety and security one of the two
    commands."""
    for cell in cells(brought(direction, "seconding"), klass=klass):
        dangerous = direction == "undo less" and klass != "quality_regression"
        wanted = (SECONDING_DANGEROUS if dangerous else SECONDING)[direction, cell.who]
        if wanted == "boss":
            wanted = "never" if cell.severity not in ("SEV1", "SEV2") else BOSS.format(klass)
        if wanted == "alone":
            assert cell.outcome() not in ("agrees", "pulls", "glass"), cell
        else:
            assert cell.outcome() == wanted, cell


@pytest.mark.parametrize("klass", CLASSES)
@pytest.mark.parametrize("direction", ["more", "undo less"])
def test_who_agrees_with_a_commander_who_is_not_on_call(direction: str, klass: str) -> None:
    """A seat can be taken by anybody: what does more takes at least one who is on call for the service."""
    for cell in cells(brought(direction, "seconding", ALICE), klass=klass):
        assert cell.outcome() == COMMANDER_FIRST[direction, cell.who], cell


CELLS = [(d, state) for d in DIRECTIONS for state in WAITING if state != "choosing" or d == "back"]
"""Without a value stands only what no file names one for."""


@pytest.mark.parametrize(("direction", "state"), CELLS)
def test_nobody_confirms_what_does_not_wait_for_it(direction: str, state: str) -> None:
    """Not read yet, unread, without a value, the same, pulled, done, cancelled: everybody is told how it stands, in
    every class and at every severity."""
    tale = brought(direction, state)
    pull = last(tale)
    name = {"less": "Tool", "back": "Prompt", "more": "Secret"}[direction.removeprefix("undo ")]
    at = moment(pull.confirmed_at)
    faster = f"<@{pull.confirmed_by}> was faster: pulled at {at}."
    wanted = {
        "reading": "reading", "choosing": "choosing", "same": "same", "cancelled": "cancelled",
        "unread": f"It could not be read: {name}: 503. Look again, or do it by hand.",
        "pulling": faster, "done": faster,
    }[state]  # fmt: skip
    for klass in CLASSES:
        for cell in cells(tale, klass=klass):
            assert cell.outcome() == wanted, cell


# Break-glass


@pytest.mark.parametrize("severity", SEVERITIES)
@pytest.mark.parametrize("after", ["0:00", "1:59", "2:00", "4:59", "5:00", "600:00"])
@pytest.mark.parametrize("direction", ["more", "undo less"])
def test_when_the_glass_can_be_broken(direction: str, after: str, severity: str | None) -> None:
    """Two minutes at SEV1, five at SEV2, never below: to the second, and the refusal says from when on."""
    tale = brought(direction, "seconding")
    wanted = ALONE[after, str(severity)]
    if ":" in wanted:
        opens = tale.now + _span(wanted)
        wanted = (
            f"A second person has to agree: {ROLES}. If nobody answers, you may break the glass at"
            f" <!date^{int(opens.timestamp())}^{{time_secs}}|{opens:%H:%M} UTC>."
        )
    cell = Cell(tale, "first", severity=severity, after=_span(after), glass="nobody answers and it burns")
    assert cell.outcome() == wanted


def _span(text: str) -> timedelta:
    whole, _, seconds = text.partition(":")
    return timedelta(minutes=int(whole), seconds=int(seconds))


@pytest.mark.parametrize("who", [who for who in WHO if who not in ("first", "outsider", "stanch")])
def test_a_second_person_needs_no_glass(who: str) -> None:
    """Whoever else agrees after the time is a second person; their reason breaks nothing."""
    assert Cell(brought("more", "seconding"), who, after=minutes(10), glass="hurry").outcome() == "agrees"


@pytest.mark.parametrize("who", ["outsider", "stanch"])
def test_whoever_may_not_agree_breaks_no_glass(who: str) -> None:
    """Time gives nobody a right: an outsider and Stanch stay out."""
    cell = Cell(brought("more", "seconding"), who, after=minutes(10), glass="hurry")
    assert cell.outcome() == "out"


@pytest.mark.parametrize("reason", ["", "   ", "\x00"])
def test_the_glass_needs_a_reason(reason: str) -> None:
    """Without words nothing is pulled, and the form is offered."""
    tale = brought("more", "seconding")
    assert Cell(tale, "first", after=minutes(3), glass=reason).outcome() == "reason"
    with pytest.raises(Refusal) as refusal:
        Cell(tale, "first", after=minutes(3)).clicked()
    assert refusal.value.offers == ("glass",)


def test_a_control_whose_file_says_no() -> None:
    """`break_glass: false` (a capture of what users wrote): never, however long nobody answers."""
    tale = at_work("SEV1")
    tale.do(c.GiveRole("scribe", ERIN))
    asking(tale, "capture.window", "closed")
    tale.do(c.Confirm(1, on_call=True), FIRST)
    assert Cell(tale, "first", after=minutes(600), glass="hurry").outcome() == "never"


@pytest.mark.parametrize("klass", CLASSES[1:])
@pytest.mark.parametrize(("severity", "after", "wanted"), [("SEV1", 2, "glass"), ("SEV2", 5, "glass")])
def test_the_commander_breaks_it_in_safety_and_security(klass: str, severity: str, after: float, wanted: str) -> None:
    """Undoing a less there: only the commander may go on alone, and only with a green check."""
    tale = brought("undo less", "seconding", ALICE)
    cell = Cell(tale, "commander", klass, severity, minutes(after), "nobody answers", on_call=True)
    assert cell.outcome() == wanted
    assert replace(cell, on_call=False).outcome() == "nobody"
    assert replace(cell, green=False).outcome() == GREEN.format(klass)
    other = Cell(brought("undo less", "seconding"), "first", klass, severity, minutes(after), "nobody answers")
    assert other.outcome() == BOSS.format(klass)


@pytest.mark.parametrize(
    ("friday", "due"),
    [
        (datetime(2026, 11, 19, 3), "2026-11-20"),  # Thursday: tomorrow
        (datetime(2026, 11, 20, 3), "2026-11-23"),  # Friday: Monday
        (datetime(2026, 11, 21, 3), "2026-11-23"),
        (datetime(2026, 11, 22, 3), "2026-11-23"),
    ],
)
def test_a_broken_glass_is_looked_at_within_one_working_day(friday: datetime, due: str) -> None:
    """It is said in the room, its owners are warned, and somebody else than the one who broke it has to look at it."""
    tale = at_work("SEV1")
    tale.now = friday.replace(tzinfo=tale.now.tzinfo)
    for severity in ("SEV2", "SEV1"):
        tale.do(c.Change("severity", severity))
    asking(tale, "secret.rotate", "old")
    tale.do(c.Confirm(1), ALICE)
    told = tale.do(c.Confirm(1, glass="the key is out", on_call=True), ALICE, minutes(2))
    assert told.events == (
        e.PullConfirmed(1, "Secret: old → new", (1,), None, "the key is out", None),
        e.ActionAdded(1, BOB, due, "look at the glass that was broken for Secret: old → new: the key is out"),
    )
    assert date.fromisoformat(due).weekday() < 5
    assert {"warn", "save"} <= {one.kind for one in told.effects}
    posts = [one.payload for one in told.effects if one.kind == "post"]
    assert posts[0] == {"entry": tale.incident.seq - 1, "as": "break_glass"}
    assert last(tale).glass == "the key is out"


def test_when_the_glass_opens_the_room_is_shown() -> None:
    """A second after its time the pull's message is drawn anew; when the severity changes, at the new time too."""
    tale = at_work("SEV2")
    asking(tale, "secret.rotate", "old")
    told = tale.do(c.Confirm(1), ALICE)
    assert told.say == "This does *more*: a second person has to agree. The room is asked."
    asked_at = tale.now
    assert [one.due for one in told.effects if one.kind == "view"] == [asked_at + minutes(5 + 1 / 60), None]
    raised = tale.do(c.Change("severity", "SEV1"))
    assert [one.due for one in raised.effects if one.kind == "view"] == [asked_at + minutes(2 + 1 / 60)]
    lowered = tale.do(c.Change("severity", "SEV3"))
    assert [one.due for one in lowered.effects if one.kind == "view"] == []


# The green check of an undo in safety and security


def test_what_counts_as_green() -> None:
    """Every check of the class that is measured, green since the pull and not older than 15 minutes; what people judge
    does not stand against it."""
    tale = at_work("SEV2", "safety_violation")
    measured(tale, errors="green")
    in_effect(tale, "tool.off", "on")
    pull = undoing(tale, "off")
    green = GREEN.format("safety_violation")
    assert refused(tale, c.Confirm(pull.p)) == green
    measured(tale, errors="red")
    tale.do(c.Judge(60, 0))
    assert refused(tale, c.Confirm(pull.p)) == green
    measured(tale, latency="green")
    assert refused(tale, c.Confirm(pull.p)) == green
    measured(tale, errors="unknown")
    assert refused(tale, c.Confirm(pull.p)) == green
    measured(tale, errors="green")
    assert refused(tale, c.Confirm(pull.p), after=minutes(16)) == green
    measured(tale, errors="green")
    assert isinstance(tale.do(c.Confirm(pull.p)).events[0], e.PullSeconded)


def test_judged_answers_are_a_green_check() -> None:
    """Where nothing is measured, people's word on twenty fresh answers opens the way back."""
    tale = at_work("SEV2", "security")
    in_effect(tale, "tool.off", "on")
    pull = undoing(tale, "off")
    assert refused(tale, c.Confirm(pull.p)) == GREEN.format("security")
    tale.do(c.Judge(20, 0))
    assert isinstance(tale.do(c.Confirm(pull.p)).events[0], e.PullSeconded)


def test_a_class_that_became_dangerous_meanwhile_counts() -> None:
    """The first asked while it was quality; by the time of the second it is security: then the commander is needed."""
    tale = at_work("SEV2")
    in_effect(tale, "tool.off", "on")
    pull = undoing(tale, "off", by=BOB)
    tale.do(c.Confirm(pull.p, on_call=True), BOB)
    tale.do(c.Change("klass", "security"))
    tale.do(c.Judge(20, 0))
    assert refused(tale, c.Confirm(pull.p), CAROL) == "One of the two has to be the commander: <@U0ALICE>."
    assert tale.do(c.Confirm(pull.p), ALICE).events[0] == e.PullConfirmed(
        pull.p, "Tool: off → on", (), BOB, "", 1
    )  # fmt: skip


# The other clicks


CANCELLING = {
    "reading": "cancels", "unread": "cancels", "choosing": "cancels", "same": "cancels", "asking": "cancels",
    "seconding": "cancels", "pulling": "faster", "done": "faster", "cancelled": "already",
}  # fmt: skip
LOOKING = {
    "reading": "There is nothing to look at again: it goes on by itself.",
    "unread": "reads", "choosing": "reads", "same": "reads",
    "asking": "It waits to be confirmed, or cancelled.",
    "seconding": "It waits to be confirmed, or cancelled.",
    "pulling": "There is nothing to look at again: it goes on by itself.",
    "done": "There is nothing to look at again: it is in effect.",
    "cancelled": "cancelled",
}  # fmt: skip


def _told(cell: Cell, command: c.Lever) -> str:
    try:
        told = cell.clicked(command)
    except Refusal as refusal:
        words = str(refusal)
        return next((name for name, known in WORDS.items() if known == words), words)
    return {e.PullCancelled: "cancels", e.PullAgain: "reads"}[type(told.events[0])] if told.events else "already"


@pytest.mark.parametrize("state", CANCELLING)
def test_who_cancels_and_who_looks_again(state: str) -> None:
    """Everybody who may pull may cancel what was not sent and look at what went wrong; nobody else may either."""
    tale = brought("back" if state == "choosing" else "more", state)
    pull = last(tale)
    faster = f"<@{pull.confirmed_by}> was faster: pulled at {moment(pull.confirmed_at)}."
    faster += " To put it back: `/incident undo`."
    for cell in cells(tale):
        cancels, looks = CANCELLING[state], LOOKING[state]
        out = cell.who in ("outsider", "stanch")
        wanted = "out" if out else faster if cancels == "faster" else cancels
        assert _told(cell, c.CancelPull(pull.p)) == wanted, cell
        assert _told(cell, c.LookAgain(pull.p)) == ("out" if out else looks), cell


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("klass", CLASSES)
def test_who_asks(klass: str, who: str) -> None:
    """Asking for a pull or an undo only reads: everybody who may pull may ask, whatever the direction."""
    by, on_call = WHO[who]
    tale = at_work("SEV1", klass)
    tale.do(c.GiveRole("scribe", ERIN))
    in_effect(tale, "model.back", "latest")
    for command in (c.Pull("tool.off"), c.Pull("prompt.back", "v16"), c.Pull("secret.rotate"), c.Undo(1)):
        asked = replace(command, on_call=on_call)
        if who in ("outsider", "stanch"):
            assert refused(tale, asked, by) == WORDS["out"]
        else:
            assert isinstance(tale.do(asked, by).events[0], e.PullAsked)


def test_whoever_takes_a_role_may_pull() -> None:
    """The refusal says how, and it works; without a role again, it ends."""
    tale = at_work()
    assert "`/incident role technical me`" in refused(tale, c.Pull("tool.off"), DAVE)
    tale.do(c.GiveRole("technical", DAVE), DAVE)
    pulling(tale, "tool.off", "on", by=DAVE)
    assert refused(tale, c.Undo(1), BOB).startswith("Controls are pulled by the people on call for support-copilot")
