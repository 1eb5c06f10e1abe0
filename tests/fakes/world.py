"""A small team to test with: its people, its catalogue, and a timeline that is told by commands, without a database."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from stanch.core import commands as c
from stanch.core.catalogue import Catalogue, Klass, Service, Severity
from stanch.core.chain import GENESIS, Event, link
from stanch.core.decide import Decision, decide
from stanch.core.effects import Effect
from stanch.core.events import Payload
from stanch.core.incident import Incident, fold
from stanch.errors import Refusal

ALICE, BOB, CAROL, DAVE, ERIN = "U0ALICE", "U0BOB", "U0CAROL", "U0DAVE", "U0ERIN"
PEOPLE = (ALICE, BOB, CAROL, DAVE, ERIN)
NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
LATER_DAY = date(2026, 12, 1)
NAMES = {ALICE: "@alice", BOB: "@bob", CAROL: "@carol", DAVE: "@dave", ERIN: "@erin", "stanch": "Stanch"}


def called(user: str) -> str:
    """What a person is called in plain text."""
    return NAMES.get(user, user)


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def severity(id: str, name: str, room: timedelta | None, quiet: timedelta) -> Severity:
    return Severity(
        id=id, name=name, short=f"{name}, in one line", criteria={"anything": name}, seats={}, updates={"room": room},
        accept_within=minutes(5), quiet=quiet,
    )  # fmt: skip


def catalogue(*classes: Klass) -> Catalogue:
    kinds = classes or (
        Klass("quality_regression", "Quality regression", first_move="put the route back"),
        Klass("provider_outage", "Availability"),
        Klass("security", "Security", restricted=True, quiet=timedelta(hours=72)),
    )
    owners = {"commander": ("alice",), "technical": ("bob", "dave"), "communications": ("carol",), "scribe": ("erin",)}
    return Catalogue(
        classes={one.id: one for one in kinds},
        services={
            "support-copilot": Service("support-copilot", "Support copilot", owners, {}, ()),
            "search-answers": Service("search-answers", "Search answers", {"technical": ("dave",)}, {}, ()),
        },
        severities={
            "SEV1": severity("SEV1", "Critical", minutes(15), timedelta(hours=24)),
            "SEV2": severity("SEV2", "Major", minutes(30), timedelta(hours=24)),
            "SEV3": severity("SEV3", "Minor", timedelta(hours=2), timedelta(hours=4)),
            "SEV4": severity("SEV4", "Low", None, timedelta()),
        },
    )


CATALOGUE = catalogue()


class Tale:
    """One incident as it is told: each command is decided, its events are chained and folded."""

    def __init__(self, known: Catalogue = CATALOGUE) -> None:
        self.catalogue = known
        self.now = NOW
        self.state: Incident | None = None
        self.events: list[Event] = []
        self.effects: list[Effect] = []
        self.done: list[str] = []

    def __repr__(self) -> str:
        return "\n".join(("", *self.done))

    @property
    def incident(self) -> Incident:
        assert self.state is not None
        return self.state

    def do(self, command: c.Command, by: str = ALICE, after: timedelta = timedelta(seconds=1)) -> Decision:
        """Raises `Refusal`; then nothing has changed but the clock."""
        self.now += after
        self.done.append(f"{by}: {str(command)[:200]}")
        decision = decide(self.state, command, by, self.now, self.catalogue)
        own = len(decision.events) - decision.own
        for place, payload in enumerate(decision.events):
            self.record(payload, "stanch" if place >= own else decision.by or by, decision.at)
        self.effects.extend(decision.effects)
        return decision

    def record(self, payload: Payload, by: str = ALICE, at: datetime | None = None) -> Event:
        """One event at the end of the timeline, as the store would write it; `at`: when it happened, if not now."""
        seq = len(self.events) + 1
        event = link(
            id=f"0190-{seq}", incident=7, seq=seq, kind=payload.kind, at=at or self.now, recorded_at=self.now, by=by,
            source="test", payload=payload.as_json(), prev=self.events[-1].hash if self.events else GENESIS,
        )  # fmt: skip
        self.events.append(event)
        self.state = fold([event], self.state)
        return event

    def erase(self, seq: int) -> None:
        """Take a payload away, as a person's right or a pasted secret demands."""
        self.events[seq - 1] = replace(self.events[seq - 1], payload=None)


def refusal(tale: Tale, command: c.Command, by: str = ALICE, after: timedelta = timedelta(seconds=1)) -> Refusal:
    """A refusal, which changed nothing."""
    before, known = tale.state, len(tale.events)
    with pytest.raises(Refusal) as refused:
        tale.do(command, by, after)
    assert tale.state is before
    assert len(tale.events) == known
    return refused.value


def refused(tale: Tale, command: c.Command, by: str = ALICE, after: timedelta = timedelta(seconds=1)) -> str:
    """The whole words of a refusal, which changed nothing."""
    return str(refusal(tale, command, by, after))


def declared(title: str = "answers cite the wrong policy", **facts: object) -> Tale:
    """An incident that alice has just declared."""
    tale = Tale()
    tale.do(c.Declare(7, title, **facts))  # type: ignore[arg-type]
    return tale


def opened(title: str = "answers cite the wrong policy", **facts: object) -> Tale:
    """The same with its room, its seats, its card and its announcement."""
    tale = declared(title, **facts)
    room = c.ReportRoom("C0ROOM", "inc-7-answers", tale.incident.restricted)
    seats = (("commander", ALICE), ("technical", BOB), ("communications", CAROL))
    tale.do(c.SeatOwners(seats, (ALICE, BOB, CAROL), room=room), "stanch")
    tale.do(c.ReportCard("1700000000.000100", 0), "stanch")
    tale.do(c.ReportAnnouncement("C0INCIDENTS", "1700000000.000200"), "stanch")
    return tale


def walked(phase: str) -> Tale:
    """An incident that has been led to this phase by the shortest way."""
    tale = opened(severity="SEV3", klass="quality_regression")
    if phase == "dismissed":
        tale.do(c.Dismiss("false-alarm", "nothing was wrong"))
        return tale
    for reached, command in STEPS.items():
        if tale.incident.phase == phase:
            break
        tale.do(command, after=timedelta(hours=5))
        assert tale.incident.phase == reached
    return tale


STEPS: dict[str, c.Command] = {
    "mitigate": c.Mitigate(),
    "diagnose": c.Contain(waive="drill"),
    "resolve": c.Explain("confirmed", "a prompt dropped the region"),
    "watching": c.Watch(override="drill"),
    "learn": c.Resolve(fixed="prompt back to v17"),
    "closed": c.Close("We learned to test prompts by region."),
}
"""From assess on: the phase that is reached, and the command that leads there."""
