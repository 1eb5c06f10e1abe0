"""What users were told of an incident, and nothing else of it: what may stand on a page that everybody reads."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from stanch.core.chain import stamp, unstamp
from stanch.core.incident import Incident
from stanch.core.status import RESOLVED


@dataclass(frozen=True, slots=True)
class Said:
    """`at`: when users saw it (ISO 8601 in UTC). `text` is plain, and empty where only the state was changed."""

    at: str
    state: str
    text: str

    @property
    def moment(self) -> datetime:
        return unstamp(self.at)


@dataclass(frozen=True, slots=True)
class Entry:
    """`said`: oldest first, never empty. `service` is its id. `since`: when it began, as the words name it (ISO 8601 in
    UTC); empty where that is not known."""

    number: int
    service: str
    title: str
    impact: str
    said: tuple[Said, ...]
    since: str = ""

    @property
    def id(self) -> str:
        return f"inc-{self.number}"

    @property
    def state(self) -> str:
        return self.said[-1].state

    @property
    def is_over(self) -> bool:
        return self.state == RESOLVED

    @property
    def began(self) -> datetime:
        return unstamp(self.since) if self.since else self.said[0].moment

    @property
    def changed(self) -> datetime:
        return self.said[-1].moment

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, facts: Mapping[str, Any]) -> "Entry":
        return cls(**{**facts, "said": tuple(Said(**one) for one in facts["said"])})


def entry(i: Incident) -> Entry | None:
    """None: users were told nothing."""
    page = i.status_page
    said = []
    for word in page.words:
        if word.shown_at:
            said.append(Said(word.shown_at, word.state, word.text))
        elif word.how == "by_hand" and said:
            said.append(Said(word.at, RESOLVED, ""))
    if not said:
        return None
    return Entry(i.number, page.service, page.title, page.impact, tuple(said), stamp(i.declared_at))
