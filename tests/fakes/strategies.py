"""Hypothesis strategies: hostile text, and any sequence of commands that people and machines may send."""

from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta

from hypothesis import strategies as st

from stanch.core import commands as c
from stanch.core.check import Result
from stanch.core.export import FORMATS
from stanch.core.incident import STANCH
from stanch.core.pulls import of_mitigation
from stanch.core.roles import ROLES
from stanch.errors import Refusal
from tests.fakes.levers import LEVERS
from tests.fakes.world import NOW, PEOPLE, Tale

REPORTS = (
    c.SeatOwners, c.ReportCard, c.ReportAnnouncement, c.ReportCardLost, c.ReportMember, c.ReportRoomChange,
    c.ReportTrouble, c.ReportRedCheck, c.ReportSignal, c.ReportDuplicate, c.ReportRecurred, c.ReportReading,
    c.ReportSaved, c.ReportAccepted, c.ReportFailed, c.ReportProof, c.ReportHeld, c.ReportChecks, c.ReportSample,
    c.ReportShown, c.ReportDrift,
)  # fmt: skip

HOSTILE = (
    "<!channel>", "<@U0BOB>", "`rm -rf`", "=HYPERLINK(\"http://x\")", "a | b \\ [x](y)", "\x00\x07", "\ud800", "‮evil",
    "مرحبا بالعالم", "🏳️‍🌈🔥", "   ", "", "long " * 130, "one\ntwo", "&lt;", "“quoted” — dashed",
    "xoxb-1234567890-abcdefghij",
)  # fmt: skip
TEXT = st.sampled_from(HOSTILE) | st.text(max_size=40) | st.sampled_from(("prompt v17", "region was lost", "it held"))
PERSON = st.sampled_from(PEOPLE)
ROLE = st.sampled_from((*ROLES, "janitor"))
SMALL = st.integers(0, 4)
DAY = st.dates(date(2026, 1, 1), date(2027, 12, 31))
FACTS = {
    "title": TEXT, "scope": TEXT, "impact": TEXT,
    "klass": st.sampled_from((*LEVERS.classes, "Availability", "nonsense")),
    "severity": st.sampled_from((*LEVERS.severities, "sev2", "3", "SEV9")),
    "service": st.sampled_from((*LEVERS.services, "Search Answers", "?")),
}  # fmt: skip
CHANGE = st.sampled_from(sorted(FACTS)).flatmap(lambda what: st.builds(c.Change, st.just(what), FACTS[what]))
FILL_IN = st.lists(CHANGE, max_size=4).map(lambda many: c.FillIn(tuple((one.what, one.to) for one in many)))

DECLARE = st.builds(
    c.Declare, st.just(7), st.sampled_from(("answers cite the wrong policy", "<!channel> ‮\x00", "long " * 600)),
    st.none() | st.sampled_from(tuple(LEVERS.classes)), st.none() | st.sampled_from(tuple(LEVERS.severities)),
    st.none() | st.sampled_from(tuple(LEVERS.services)), TEXT, st.booleans(), st.booleans(),
)  # fmt: skip
RECORDING = st.one_of(
    st.builds(c.Note, TEXT), st.builds(c.AddEvidence, TEXT), st.builds(c.Correct, SMALL, TEXT),
    st.builds(c.SayUpdate, TEXT), st.builds(c.Suppose, TEXT), CHANGE, FILL_IN,
    st.builds(c.JudgeIdea, SMALL, st.sampled_from(("supported", "refuted")), TEXT),
    st.builds(c.GiveRole, ROLE, st.none() | PERSON), st.builds(c.TakeSeat, ROLE),
    st.builds(c.Export, st.sets(st.sampled_from(FORMATS), min_size=1).map(lambda s: tuple(sorted(s)))),
    st.builds(c.AddAction, PERSON, DAY, TEXT), st.builds(c.Judge, st.integers(-1, 200), st.integers(-1, 3), TEXT),
    st.builds(c.MoveMitigation, st.sampled_from(("effective", "removed", "kept")), st.none() | SMALL,
              st.none() | PERSON, st.none() | DAY, TEXT),
)  # fmt: skip
GUEST = st.sampled_from((*PEOPLE, "U0GUEST"))
SAID_AT = st.sampled_from(("1795316400.000100", "1795320000.000200", "9999999999.000300"))
"""The ts of messages of Slack: of the hour when the tale begins, of later, and of a clock that is wrong."""
DOORS = st.one_of(
    st.builds(c.Restrict, TEXT), st.builds(c.Join, st.booleans()), st.builds(c.LetIn, GUEST),
    st.builds(c.Pin, st.just("C0ROOM"), SAID_AT, PERSON), st.builds(c.Redraw, st.sampled_from(("T1", "T2"))),
)  # fmt: skip
CAPTURES = st.one_of(
    st.builds(
        c.Capture, st.just("C0ROOM"), SAID_AT, st.sampled_from(("U0GUEST", "B0BOT", "")), TEXT,
        st.just("https://practice.slack.com/archives/C0ROOM/p1"),
        st.sampled_from((NOW - timedelta(hours=3), NOW + timedelta(hours=3))), PERSON,
    ),
    st.builds(c.ReportEdit, st.just("C0ROOM"), SAID_AT, st.none() | TEXT),
)  # fmt: skip
MOVING = st.one_of(
    st.just(c.Mitigate()), st.builds(c.Applied, TEXT), st.builds(c.Contain, st.sampled_from(("", "drill"))),
    st.builds(c.Bleeding, st.sampled_from(("yes", "contained", "unknown", "maybe")), TEXT),
    st.builds(c.Explain, st.sampled_from(("confirmed", "probable", "unknown", "sure")), TEXT),
    st.builds(c.Watch, st.sampled_from(("", "drill"))), st.builds(c.ReportRedCheck, TEXT), st.builds(c.Resolve, TEXT),
    st.builds(c.Close, TEXT), st.builds(c.Reopen, TEXT),
    st.builds(c.Dismiss, st.sampled_from(("false-alarm", "near-miss", "duplicate-of", "dull")), TEXT,
              st.none() | SMALL),
)  # fmt: skip
CARD, CARD_LOST = c.ReportCard("", 0), c.ReportCardLost("")
ROOM = st.sampled_from(
    (
        c.ReportRoom("C0ROOM", "inc-7-answers", False),
        c.ReportRoom("C0ROOM", "inc-7-restricted", True),
        c.ReportRoom("G0GROUP", "group message", True, True),
    )
)
REPORTED = st.one_of(
    st.builds(
        c.SeatOwners, st.dictionaries(st.sampled_from(tuple(ROLES)), PERSON).map(lambda d: tuple(d.items())),
        st.lists(PERSON, unique=True).map(tuple), st.sampled_from(((), ("mallory",))), ROOM, st.booleans(),
    ),
    st.just(CARD), st.just(c.ReportAnnouncement("C0INCIDENTS", "1700000000.000200")),
    st.just(CARD_LOST), st.builds(c.ReportMember, PERSON, st.booleans()),
    st.builds(c.ReportRoomChange, st.sampled_from(("archived", "open", "deleted", "bot_removed")), st.none()),
    st.builds(c.ReportRoomChange, st.just("renamed"), st.sampled_from(("kitchen", "inc-7-x"))),
    st.builds(c.ReportTrouble, st.text(max_size=20), st.text(max_size=20), st.sampled_from(("", "card", "open_room"))),
    st.builds(c.ReportSignal, st.sampled_from(("alertmanager-1", "alertmanager-2")), st.just("alertmanager"), TEXT,
              st.sampled_from(("firing", "resolved")), st.just("https://alerts.example/")),
    st.builds(c.ReportDuplicate, st.integers(20, 22), st.lists(PERSON, unique=True).map(tuple)),
    st.builds(c.ReportRecurred, st.integers(30, 32)),
)  # fmt: skip
"""What Slack and the worker report. The card's reports are templates: the ts that Slack gave is put in when
they are told."""

VALUE = st.sampled_from(
    ("on", "ask", "off", "v18", "v17", "latest", "old", "new", 0, 5, 60, True, "\ud800", "<!channel>")
)
CONTROL = st.sampled_from((*LEVERS.controls, "nonsense"))
ON_CALL = st.booleans()
PULL = st.sampled_from((-1, -1, 1, 2))
LEVER = st.one_of(
    st.builds(c.Pull, CONTROL, st.none() | VALUE, on_call=ON_CALL),
    st.builds(c.Undo, st.none() | SMALL, on_call=ON_CALL), st.builds(c.Confirm, PULL, TEXT, on_call=ON_CALL),
    st.builds(c.CancelPull, PULL, on_call=ON_CALL), st.builds(c.LookAgain, PULL, on_call=ON_CALL),
)  # fmt: skip
NEWS = st.sampled_from(
    ("read", "saved", "accepted", "failed", "unclear", "changed", "effective", "late", "held", "red")
)
"""What becomes of the pull that is told of; a template, as most of what could be told is not waited for."""
WALK = st.one_of(
    st.builds(c.OpenRunbook, st.none() | st.sampled_from((*LEVERS.classes, "nonsense"))),
    st.builds(c.Choose, SMALL, st.sampled_from(("c1", "c2", "k1", "e1", "x1", "tree:security")), st.just("")),
    st.builds(c.StepBack, SMALL),
    st.builds(c.RunChecks, st.sampled_from(((), ("errors",), ("errors", "latency"), ("x",))), st.sampled_from((0, 30))),
    st.builds(c.DrawSample, SMALL), st.builds(c.EndSample, SMALL),
    st.builds(c.JudgeAnswer, SMALL, st.sampled_from("abc"), st.sampled_from(("good", "bad", "unclear", "?"))),
)  # fmt: skip
RESULTS = st.lists(
    st.builds(Result, st.sampled_from(tuple(LEVERS.checks)), st.sampled_from(("green", "red", "unknown")), TEXT),
    unique_by=lambda one: one.check,
).map(tuple)
MEASURED = st.one_of(
    st.builds(c.ReportChecks, st.integers(0, 40), RESULTS, st.booleans()),
    st.builds(c.ReportSample, SMALL, st.sampled_from(((), ("a",), ("a", "b", "c", "a", "\ud800"))), TEXT),
    st.builds(c.ReportShown, st.sampled_from(("pull/1", "runbook/9", "sample/1")), st.sampled_from(("17.1", "17.2")),
              st.booleans()),
    st.builds(c.ReportDrift, st.sampled_from(((), (("prompt.back", "v17", "v18"),))), st.just("")),
)  # fmt: skip
PULLS = st.one_of(LEVER, NEWS, LEVER, NEWS)
"""As often asked as told."""

STEP = st.tuples(
    st.one_of(RECORDING, MOVING, DOORS, CAPTURES, REPORTED, WALK, MEASURED, PULLS, PULLS),
    GUEST,
    st.sampled_from((timedelta(seconds=1), timedelta(hours=6))),
)
LAST = -1
"""Stands for the pull that was asked for last."""


def story(control: str, becomes: str, length: int) -> list[tuple[c.Command | str, str, timedelta]]:
    """A control is pulled, looked at again, put back, and so on: the first `length` deeds of it, whoever may."""
    confirm: list[tuple[c.Command | str, str]] = [
        ("read", ""), (c.Confirm(LAST, on_call=True), PEOPLE[0]), (c.Confirm(LAST, on_call=True), PEOPLE[1]),
        ("saved", ""),
    ]  # fmt: skip
    moved = [*confirm, (becomes, ""), ("accepted", ""), (becomes, ""), ("effective", "")]
    again = [(c.LookAgain(LAST, on_call=True), PEOPLE[2]), *confirm, ("accepted", ""), ("effective", "")]
    climbed = [("held", ""), ("accepted", ""), ("effective", ""), ("red", ""), ("accepted", ""), ("effective", "")]
    deeds = [
        (c.Pull(control, on_call=True), PEOPLE[0]), *moved, *again, (c.Judge(20, 0), PEOPLE[0]),
        (c.Undo(on_call=True), PEOPLE[1]), *moved, *again, *climbed,
    ]  # fmt: skip
    return [(deed, by, timedelta(seconds=1)) for deed, by in deeds[:length]]


STORY = st.builds(
    story, st.sampled_from((*LEVERS.controls, "variant.share", "variant.share")), NEWS, st.integers(1, 45)
)
STEPS = st.lists(st.one_of(STEP.map(lambda one: [one]), STORY), max_size=12).map(
    lambda parts: [step for part in parts for step in part]
)


def news(tale: Tale, what: str) -> c.Command | None:
    """What a plane would say now of the last pull that waits for it; None when none does."""
    i = tale.incident
    pull = next((one for one in reversed(i.pulls) if one.state in ("reading", "pulling")), None)
    if pull is None:
        return None
    step = next((one for one in pull.steps if one.state not in ("effective", "failed", "changed")), None)
    undone = of_mitigation(i.pulls, pull.undoes or 0)
    if step is None and undone and what != "failed":
        return c.ReportReading(pull.p, (c.ReadStep(pull.controls[0], undone[1].to),))
    if step is None:
        found = tuple(
            c.ReadStep(
                one, "v18" if one == "prompt.back" else 5 if one == "variant.share" else "on", {"n": [1, {}]}, good
            )
            for one, good in zip(pull.controls, ("v17", "dated"), strict=False)
        )
        wrong = tuple(c.ReadStep(one, fault="503") for one in pull.controls)
        return c.ReportReading(pull.p, wrong if what == "failed" else found)
    if not pull.saved or what == "saved":
        return c.ReportSaved(pull.p, {"prompt.back": "v18", "cap": "\ud800"}, ("model.back",))
    at = (pull.p, step.s, step.turn)
    match what:
        case "failed" | "unclear" | "changed":
            return c.ReportFailed(*at, "<!channel> 503", "r", unclear=what == "unclear", changed=what == "changed")
        case "effective" | "late":
            return c.ReportProof(*at, effective=what == "effective", seen="20 of 20")
        case "held" | "red":
            return c.ReportHeld(*at, green=what == "held", seen="errors 0 %")
    return c.ReportAccepted(*at, "r-1", "200", step.to)


def in_place(tale: Tale, command: c.Command | str) -> c.Command | None:
    """The report as Slack or a plane would make it at this point of the tale; None when it could not come now."""
    i = tale.incident
    match command:
        case str():
            return news(tale, command)
        case c.Confirm(p=-1) | c.CancelPull(p=-1) | c.LookAgain(p=-1):
            return replace(command, p=i.pulls[-1].p) if i.pulls else None
        case c.ReportSample() | c.JudgeAnswer() | c.EndSample() if i.samples and command.s % 2:
            return replace(command, s=len(i.samples))
        case c.Choose() | c.StepBack() if i.walks and command.step % 2:
            # Half of the clicks are on the screen that stands.
            return replace(command, step=i.walks[-1].step)
        case c.ReportCard():
            return c.ReportCard(f"1700000000.{i.seq:06}", i.card_generation) if i.room and not i.card_ts else None
        case c.ReportCardLost():
            return c.ReportCardLost(i.card_ts) if i.card_ts else None
        case c.ReportAnnouncement():
            return command if i.room else None
        case c.SeatOwners(room=c.ReportRoom() as room) if i.moving:
            # Another room is owed. Slack makes a private one for what is restricted, and gives each its own id.
            another = replace(room, channel=f"{room.channel}{i.seq}", private=room.private or i.restricted)
            return replace(command, room=another)
        case c.SeatOwners() if i.room:
            return replace(command, room=None)
    return command


def tell(first: c.Declare, steps: list[tuple[c.Command | str, str, timedelta]]) -> Tale:
    """The tale of these commands; what is refused did not happen."""
    tale = Tale(LEVERS)
    tale.do(first)
    for asked, person, after in steps:
        command = in_place(tale, asked)
        if command is None:
            continue
        by = STANCH if isinstance(command, REPORTS) else person
        with suppress(Refusal):
            tale.do(command, by, after)
    return tale


TALE = st.tuples(DECLARE, STEPS).map(lambda told: tell(*told))
