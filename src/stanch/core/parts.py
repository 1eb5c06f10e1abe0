"""The parts of an incident that are counted: mitigations, hypotheses, action items, captured messages."""

from dataclasses import dataclass, replace

from stanch.core import events as e


@dataclass(frozen=True, slots=True)
class Mitigation:
    k: int
    what: str
    state: str = "applied"
    owner: str | None = None
    until: str | None = None

    @property
    def in_force(self) -> bool:
        """Still moving production, or about to, with nobody's promise to look after it."""
        return self.state in ("pulling", "applied", "effective")


@dataclass(frozen=True, slots=True)
class Idea:
    """A hypothesis: `open`, `supported` or `refuted`."""

    k: int
    text: str
    verdict: str = "open"


@dataclass(frozen=True, slots=True)
class Action:
    k: int
    owner: str
    by: str
    what: str


@dataclass(frozen=True, slots=True)
class Message:
    """A message of Slack that stands in the timeline as `entry`."""

    channel: str
    ts: str
    entry: int
    text: str
    deleted: bool = False


def kept(
    messages: tuple[Message, ...], payload: e.Captured | e.CaptureEdited | e.CaptureDeleted, entry: int
) -> tuple[Message, ...]:
    """The captured messages after this event, which is entry number `entry`."""
    match payload:
        case e.Captured(channel, ts, text):
            return (*messages, Message(channel, ts, entry, text))
        case e.CaptureEdited(edited, text):
            return tuple(replace(m, text=text) if m.entry == edited else m for m in messages)
        case e.CaptureDeleted(deleted):
            return tuple(replace(m, deleted=True) if m.entry == deleted else m for m in messages)
