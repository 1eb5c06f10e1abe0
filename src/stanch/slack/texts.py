"""A text for an audience at this moment: the team's template with the facts of the timeline, as plain text."""

import contextlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from stanch.core.cadence import interval, lasted
from stanch.core.catalogue import Audience, Catalogue
from stanch.core.chain import unstamp
from stanch.core.incident import Incident
from stanch.core.wording import Meta, by_provider, choose, facts, limits, moment
from stanch.errors import StanchError
from stanch.slack.directory import Directory
from stanch.store.templates import Templates

OWED: Final[Mapping[str, Audience]] = {
    "stakeholders": "stakeholders", "leadership": "leadership", "status_page": "status_page", "users": "status_page",
}  # fmt: skip
"""Audience of a text → the one of the cadence; the team hears with the room."""


class Texts:
    def __init__(self, templates: Templates, catalogue: Catalogue, people: Directory) -> None:
        self._templates = templates
        self._catalogue = catalogue
        self._people = people

    def ready(self) -> None:
        """Read which texts there are. Some tenths of a second, once; a fault shows with whoever needs it."""
        with contextlib.suppress(StanchError):
            self._templates.meta  # noqa: B018 - it is kept

    def now(self, i: Incident, audience: str, at: datetime) -> str:
        """What a form for this audience is filled with at this moment (`at`, UTC); empty where no file fits."""
        return self.write(i, audience, moment(i, audience not in i.spoken.last), at)

    def write(self, i: Incident, audience: str, about: str, at: datetime, **more: Any) -> str:
        """The text for moment `about`; `more`: words of `stanch.core.wording.WORDS`. Empty where no file fits, or where
        it has a fault: nobody waits for a form because of a text."""
        try:
            name = choose(self._templates.meta, i, audience, about)
            return self._templates.write(name, **self.facts(i, audience, at, **more)) if name else ""
        except StanchError:
            return ""

    def holding(self, i: Incident, at: datetime) -> tuple[Meta, str] | None:
        """The holding line for users in a class like this, with its approval; None where there is none."""
        try:
            metas: Mapping[str, Meta] = self._templates.meta
            name = choose(metas, i, "status_page", "holding") or choose(metas, i, "users", "holding")
            return (metas[name], self._templates.write(name, **self.facts(i, "status_page", at))) if name else None
        except StanchError:
            return None

    def facts(self, i: Incident, audience: str, at: datetime, **more: Any) -> dict[str, Any]:
        """Every word that a text may name. Times are in UTC, as nobody knows who reads it where."""
        service = self._catalogue.service(i.service) if i.service else None
        sheet = self._catalogue.klass(i.klass) if i.klass else None
        every = interval(i, self._catalogue, OWED.get(audience, "room"))
        took = [m for m in i.mitigations if m.state in ("effective", "kept")]
        last = i.spoken.last.get(audience)
        over = i.ended_at if not i.is_open else None
        better = i.spoken.better_at if i.bleeding == "contained" else ""
        given: dict[str, Any] = {
            "service": service.name if service else "", "since": clock(i.declared_at, at),
            "next_at": clock(at + every, at) if every else "", "acted": bool(took),
            "limited": limits(i),
            "alternative": service.instead if service else "", "provider": by_provider(i),
            "better_at": clock(unstamp(better), at) if better else "",
            "resolved_at": clock(over, at) if over else "", "duration": lasted(over - i.declared_at) if over else "",
            "name": i.name, "title": i.title, "class_name": sheet.name if sheet else "", "severity": i.severity,
            "commander": self._people.name(i.commander).lstrip("@"), "users_see": i.impact, "scope": i.scope,
            "bleeding": i.bleeding, "done": [m.what for m in took],
            "cause": i.cause if i.explained == "confirmed" else "", "last_at": clock(unstamp(last), at) if last else "",
            "quiet_until": clock(i.quiet_until_at, at) if i.quiet_until_at else "", "fixed": i.fixed,
        }  # fmt: skip
        return facts(**given | more)


def clock(moment: datetime, at: datetime) -> str:
    """`13:51 UTC`; on another day than `at`, `21 Nov, 13:51 UTC`."""
    moment, at = moment.astimezone(UTC), at.astimezone(UTC)
    day = "" if moment.date() == at.date() else f"{moment.day} {moment:%b}, "
    return f"{day}{moment:%H:%M} UTC"
