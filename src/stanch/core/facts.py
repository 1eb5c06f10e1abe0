"""The facts on the card: what may stand in each, and what happens to text that does not fit."""

from difflib import get_close_matches

from stanch.core import commands as c, doors, events as e
from stanch.core.cadence import spoken
from stanch.core.catalogue import Catalogue
from stanch.core.incident import Incident
from stanch.core.said import Said
from stanch.core.text import TITLE, clean, one_line
from stanch.core.words import escape
from stanch.errors import Refusal

LABELS = {
    "title": "title",
    "klass": "class",
    "severity": "severity",
    "service": "service",
    "scope": "scope",
    "impact": "what users see",
}
LONGEST = 3_000
"""Characters of scope and impact: what one field of a form can hold."""


def declare(command: c.Declare, catalogue: Catalogue) -> Said:
    """The first event. A missing service is the first of `services.yml`, marked as assumed."""
    title, whole = _title(command.title)
    klass = _value("klass", command.klass, catalogue) if command.klass else None
    service = _value("service", command.service, catalogue) if command.service else None
    sheet = catalogue.klass(klass) if klass else None
    restricted = command.private or bool(sheet and sheet.restricted)
    declared = e.Declared(
        title=title,
        service=service or next(iter(catalogue.services), None),
        klass=klass,
        severity=_value("severity", command.severity, catalogue) if command.severity else None,
        impact=clean(command.impact, LONGEST),
        restricted=restricted,
        drill=command.drill,
        service_assumed=service is None,
        whole_title=whole,
        signal=command.signal,
        recurs_from=command.recurs_from,
    )
    words = f"INC-{command.number} is opening: {escape(title)}"
    if command.recurs_from:
        words += f"\nIt recurs from INC-{command.recurs_from}."
    if whole:
        words += f"\nThe title was longer than {TITLE} characters and is cut; the whole of it is entry 1."
    return Said((declared,), words)


def change(incident: Incident, command: c.Change, catalogue: Catalogue) -> Said:
    what, was = command.what, getattr(incident, command.what)
    to, whole = _title(command.to) if what == "title" else (_value(what, command.to, catalogue), "")
    confirms = what == "service" and incident.service_assumed
    if to == was and not confirms:
        return Said(say=f"That is so already: {_shown(what, to, catalogue)}")
    subject = "What users see" if what == "impact" else f"The {LABELS[what]}"
    words = f"{subject} is now: {_shown(what, to, catalogue)}"
    if what == "severity":
        words = f"{was or 'No severity'} → {to}. {_cadence(to, catalogue)}"
    if whole:
        words += f"\nIt was longer than {TITLE} characters and is cut; the whole of it is entry {incident.seq + 1}."
    changed = e.Changed(what, to, was or None, whole)
    sheet = catalogue.klass(to) if what == "klass" else None
    if sheet and sheet.restricted and not incident.restricted:
        said = doors.restrict(incident, c.Restrict(f"class {sheet.name}"), "", catalogue)
        return Said((changed, *said.events), f"{words}\n{said.say}")
    return Said((changed,), words)


def fill_in(incident: Incident, command: c.FillIn, catalogue: Catalogue) -> Said:
    """Every fact that differs, as one event each; nothing at all is recorded when one of them is refused."""
    events: list[e.Payload] = []
    said = ""
    for what, to in command.facts:
        confirmed = what == "service" and incident.service_assumed
        if to.strip() and (confirmed or to != (getattr(incident, what) or "")):
            one = change(incident, c.Change(what, to), catalogue)
            events.extend(one.events)
            said += f"\n{one.say}" if any(isinstance(x, e.Restricted) for x in one.events) else ""
    count = sum(isinstance(x, e.Changed) for x in events)
    return Said(tuple(events), (f"{count} of the facts changed." if events else "Nothing changed.") + said)


def _title(text: str) -> tuple[str, str]:
    title, whole = one_line(text), one_line(text, LONGEST)
    if not title:
        raise Refusal("A title is needed: a few words for what users see, like `answers cite the wrong policy`.")
    return title, "" if title == whole else whole


def _value(what: str, text: str, catalogue: Catalogue) -> str:
    match what:
        case "klass":
            return _known(what, text, {k: v.name for k, v in catalogue.classes.items()})
        case "severity":
            severity = text.strip().upper()
            return _known(
                what, f"SEV{severity}" if severity.isdigit() else severity, dict.fromkeys(catalogue.severities, "")
            )
        case "service":
            return _known(what, text, {k: v.name for k, v in catalogue.services.items()})
    if value := clean(text, LONGEST):
        return value
    raise Refusal(f"There is nothing to set yet: `/incident {what} TEXT`.")


def _known(what: str, text: str, names: dict[str, str]) -> str:
    """The id that this text means: the id itself or the name that people see, in any case and spelling of spaces."""
    wanted = text.strip()
    plain = wanted.casefold().replace(" ", "_").replace("-", "_")
    for key, name in names.items():
        if plain in (key.casefold().replace("-", "_"), name.casefold().replace(" ", "_").replace("-", "_")):
            return key
    guessed = what != "severity"  # one digit is as near as another
    near = guessed and get_close_matches(wanted.casefold(), {k.casefold(): k for k in names}, n=1, cutoff=0.5)
    guess = next((k for k in names if near and k.casefold() == near[0]), None)
    hint = f" Did you mean `{guess}`?" if guess else ""
    raise Refusal(
        f"There is no {LABELS[what]} `{escape(one_line(wanted, 60))}`.{hint}"
        f" Known: {', '.join(f'`{k}`' for k in names)}."
    )


def _shown(what: str, value: str, catalogue: Catalogue) -> str:
    if what == "klass":
        sheet = catalogue.klass(value)
        return escape(sheet.name if sheet else value)
    if what == "service":
        service = catalogue.service(value)
        return escape(service.name if service else value)
    return escape(one_line(value, 200))


def _cadence(severity: str, catalogue: Catalogue) -> str:
    sheet = catalogue.severity(severity)
    room = sheet.updates.get("room") if sheet else None
    return f"An update to the room is due every {spoken(room)}." if room else ""
