"""The pages that users read: HTML that needs no script, and the same as JSON. Everything that was said is data."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from stanch.core.cadence import lasted
from stanch.core.public import Entry
from stanch.core.status import component_state

INDEX: Final = "index.html"
DATA: Final = "incidents.json"
KEPT: Final = timedelta(days=90)
"""How long users see what is over."""
STATES: Final = {
    "investigating": "Investigating",
    "identified": "Identified",
    "monitoring": "Monitoring",
    "resolved": "Resolved",
}
SERVICES: Final = {
    "operational": "Works as usual",
    "degraded_performance": "Some limitations",
    "partial_outage": "Large limitations",
    "major_outage": "Severe limitations",
}
_ORDER: Final = tuple(SERVICES)
_SHEETS: Final = Path(__file__).parent / "sheets"


def pages(
    entries: Sequence[Entry], services: Mapping[str, str], now: datetime, home: str = INDEX, folder: str = ""
) -> dict[str, str]:
    """Return files by name: the index, a page for each incident, `incidents.json`.

    `services`: id → name, of those that these pages are about. `home`: how the other pages link to the index;
    `folder`: what the index puts before a name when it links to one.
    """
    shown, facts = _facts(entries, services, now, home, folder)
    return {name: _file(name, shown, facts) for name in (INDEX, *(f"{one.id}.html" for one in shown), DATA)}


def page(
    name: str, entries: Sequence[Entry], services: Mapping[str, str], now: datetime, home: str, folder: str
) -> str | None:
    """Return one of `pages` alone; `.html` may be left out. None: there is no such page."""
    shown, facts = _facts(entries, services, now, home, folder)
    there = {INDEX, DATA, *(f"{one.id}.html" for one in shown)}
    found = next((one for one in (name, f"{name}.html") if one in there), None)
    return _file(found, shown, facts) if found else None


def _facts(
    entries: Sequence[Entry], services: Mapping[str, str], now: datetime, home: str, folder: str
) -> tuple[list[Entry], dict[str, Any]]:
    """The incidents that have a page, and what the sheets name."""
    shown = [one for one in entries if one.service in services and (not one.is_over or now - one.changed <= KEPT)]
    newest = sorted(shown, key=lambda one: (one.began, one.number), reverse=True)
    going = [one for one in newest if not one.is_over]
    facts: dict[str, Any] = {
        "services": [(name, stands := _stands(id, going), SERVICES[stands]) for id, name in services.items()],
        "names": services,
        "going": going,
        "days": _by_day([one for one in newest if one.is_over]),
        "states": STATES,
        "home": home,
        "folder": folder,
        "changed": max((one.changed for one in shown), default=None),
        "style": (_SHEETS / "style.css").read_text(encoding="utf-8"),
        "lasted": _lasted,
        "kept": KEPT.days,
        "plain": _plain,
        "stamp": _stamp,
    }
    return newest, facts


def _file(name: str, shown: Sequence[Entry], facts: dict[str, Any]) -> str:
    if name == INDEX:
        return _environment().get_template("index.html").render(facts)
    if name == DATA:
        return json.dumps(_data(shown, facts["names"], facts["going"]), ensure_ascii=False, indent=2) + "\n"
    one = next(one for one in shown if name == f"{one.id}.html")
    return _environment().get_template("incident.html").render(facts, one=one)


def _stands(service: str, going: Sequence[Entry]) -> str:
    """The worst of what goes on there."""
    states = [component_state(one.impact, one.state) for one in going if one.service == service]
    return max(states, key=_ORDER.index, default="operational")


def _by_day(over: Sequence[Entry]) -> list[tuple[datetime, list[Entry]]]:
    return [(found[0].began, found) for _, same in groupby(over, lambda one: one.began.date()) if (found := list(same))]


def _lasted(one: Entry) -> str:
    return lasted(one.changed - one.began)


def _plain(moment: datetime) -> str:
    return f"{moment.day} {moment:%b %Y, %H:%M} UTC"


def _stamp(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def _data(newest: Sequence[Entry], services: Mapping[str, str], going: Sequence[Entry]) -> dict[str, Any]:
    return {
        "services": [{"id": id, "name": name, "status": _stands(id, going)} for id, name in services.items()],
        "incidents": [
            {
                "id": one.id,
                "service": one.service,
                "title": one.title,
                "status": one.state,
                "impact": one.impact,
                "started_at": _stamp(one.began),
                "updated_at": _stamp(one.changed),
                "resolved_at": _stamp(one.changed) if one.is_over else None,
                "updates": [{"at": _stamp(x.moment), "status": x.state, "body": x.text} for x in reversed(one.said)],
            }
            for one in newest
        ],
    }


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_SHEETS), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
