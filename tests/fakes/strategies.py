"""Hypothesis strategies: hostile text, and any sequence of commands that people and machines may send."""

from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta

from hypothesis import strategies as st

from stanch.core import commands as c
from stanch.core.export import FORMATS
from stanch.core.incident import STANCH
from stanch.core.roles import ROLES
from stanch.errors import Refusal
from tests.fakes.world import CATALOGUE, NOW, PEOPLE, Tale

REPORTS = (
    c.SeatOwners, c.ReportCard, c.ReportAnnouncement, c.ReportCardLost, c.ReportMember, c.ReportRoomChange,
    c.ReportTrouble, c.ReportRedCheck, c.ReportSignal, c.ReportDuplicate, c.ReportRecurred,
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
    "klass": st.sampled_from((*CATALOGUE.classes, "Availability", "nonsense")),
    "severity": st.sampled_from((*CATALOGUE.severities, "sev2", "3", "SEV9")),
    "service": st.sampled_from((*CATALOGUE.services, "Search Answers", "?")),
}  # fmt: skip
CHANGE = st.sampled_from(sorted(FACTS)).flatmap(lambda what: st.builds(c.Change, st.just(what), FACTS[what]))
FILL_IN = st.lists(CHANGE, max_size=4).map(lambda many: c.FillIn(tuple((one.what, one.to) for one in many)))

DECLARE = st.builds(
    c.Declare, st.just(7), st.sampled_from(("answers cite the wrong policy", "<!channel> ‮\x00", "long " * 600)),
    st.none() | st.sampled_from(tuple(CATALOGUE.classes)), st.none() | st.sampled_from(tuple(CATALOGUE.severities)),
    st.none() | st.sampled_from(tuple(CATALOGUE.services)), TEXT, st.booleans(), st.booleans(),
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

STEP = st.tuples(
    st.one_of(RECORDING, MOVING, DOORS, CAPTURES, REPORTED),
    GUEST,
    st.sampled_from((timedelta(seconds=1), timedelta(hours=6))),
)
STEPS = st.lists(STEP, max_size=20)


def in_place(tale: Tale, command: c.Command) -> c.Command | None:
    """The report as Slack would make it at this point of the tale; None when it could not come now."""
    i = tale.incident
    match command:
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


def tell(first: c.Declare, steps: list[tuple[c.Command, str, timedelta]]) -> Tale:
    """The tale of these commands; what is refused did not happen."""
    tale = Tale()
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
