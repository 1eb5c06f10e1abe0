"""The timeline as a file: JSON that can be verified, Markdown for people, CSV for tables."""

import csv
import io
import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from stanch.core.chain import GENESIS, Event, as_json, first_fault, from_json
from stanch.core.describe import Name, describe
from stanch.core.incident import fold

FORMAT = "stanch-timeline/1"
FORMATS = ("md", "json", "csv")


def file_name(number: int, entry: int, form: str) -> str:
    """Unique for each export, so that an upload can be looked for by its name."""
    return f"INC-{number}-timeline-{entry}.{form}"


def export(events: Sequence[Event], form: str, name: Name = str) -> bytes:
    """The file's bytes (UTF-8). `form` is one of `FORMATS`; `events` are in order and not empty."""
    match form:
        case "json":
            return to_json(events)
        case "md":
            return to_markdown(events, name)
        case "csv":
            return to_csv(events, name)
    raise ValueError(form)


EARLIER_FIELDS = (
    frozenset(
        "number title declared_by declared_at seq head klass severity service service_assumed impact scope "
        "phase bleeding restricted drill seats seated_by_owners away room room_name room_state card_ts "
        "card_generation announced last_update last_update_at severity_since troubled mitigations ideas "
        "actions judged harm_was explained quiet_until ended_at".split()
    ),
    frozenset(
        "number title declared_by declared_at seq head klass severity service service_assumed impact scope "
        "phase bleeding restricted drill seats seated_by_owners cleared away room room_name room_state "
        "room_private room_is_group moving former_rooms members asking captured signals recurs_from "
        "recurred_as duplicates card_ts card_generation announced last_update last_update_at severity_since "
        "troubled mitigations ideas actions judged good_in_a_row harm_was explained cause quiet_until "
        "ended_at fixed".split()
    ),
    frozenset(
        "number title declared_by declared_at seq head klass severity service service_assumed impact scope "
        "phase bleeding restricted drill dangerous seats seated_by_owners cleared away room room_name "
        "room_state room_private room_is_group moving former_rooms members asking captured signals "
        "recurs_from recurred_as duplicates card_ts card_generation announced last_update last_update_at "
        "severity_since troubled mitigations ideas actions judged good_in_a_row anew_at harm_was explained "
        "cause quiet_until ended_at fixed pulls walks runbook_at checks watch samples shown differs "
        "good_since".split()
    ),
)
"""What `incident` held in exports of earlier versions, the oldest first: those files stay verifiable."""


def to_json(events: Sequence[Event], only: Collection[str] | None = None) -> bytes:
    """`only`: the fields of `incident` that an earlier version wrote."""
    state = fold(events)
    facts = state.as_json() if state else None
    whole = {
        "format": FORMAT,
        "incident": facts if only is None or facts is None else {k: v for k, v in facts.items() if k in only},
        "count": len(events),
        "head": events[-1].hash if events else GENESIS,
        "events": [as_json(event) for event in events],
    }
    return (json.dumps(whole, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()


def to_markdown(events: Sequence[Event], name: Name = str) -> bytes:
    """By the time things happened, each with its number in the order in which they were recorded."""
    state = fold(events)
    if state is None:
        return b""
    facts = {
        "Severity": state.severity or "not set",
        "Class": state.klass or "not set",
        "Service": state.service or "not set",
        "Phase": f"{state.phase}, bleeding: {state.bleeding}",
        "What users see": state.impact or "not said",
        "Scope": state.scope or "not said",
        "Commander": name(state.commander) + (" (acting)" if state.acting else ""),
    }
    lines = [
        f"# {state.name}{' · DRILL' if state.drill else ''} · {_quiet(state.title)}",
        "",
        *(f"- {label}: {_quiet(text)}" for label, text in facts.items()),
        "",
        "All times are UTC.",
        "",
        "| when | # | who | what |",
        "|---|---|---|---|",
    ]
    corrected = {e.payload["entry"]: e.seq for e in events if e.kind == "corrected" and e.payload}
    for event in sorted(events, key=lambda event: (event.at, event.seq)):
        when = event.at.strftime("%Y-%m-%d %H:%M:%S")
        mark = f" (corrected: entry {corrected[event.seq]})" if event.seq in corrected else ""
        lines.append(f"| {when} | {event.seq} | {_quiet(name(event.by))} | {_quiet(describe(event, name) + mark)} |")
    lines += ["", f"{len(events)} events; head of the chain: `{events[-1].hash}`", ""]
    return "\n".join(lines).encode()


def _plain(text: str) -> str:
    """Text from outside is data: no table cell, link, image or HTML comes out of it."""
    text = text.replace("&", "&amp;")
    for sign in "\\`*_[]<>|!#":
        text = text.replace(sign, "\\" + sign)
    return "<br>".join(text.split("\n"))


def _quiet(text: str) -> str:
    """The same, where somebody may have written `@everyone`: pasted into a tracker it must call nobody."""
    return _plain(text).replace("@", "@\u200b")


def to_csv(events: Sequence[Event], name: Name = str) -> bytes:
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(["seq", "at", "recorded_at", "by", "who", "source", "kind", "what", "hash"])
    for event in map(lambda event: (event, as_json(event)), events):
        one, flat = event
        cells = [flat["seq"], flat["at"], flat["recorded_at"], one.by, name(one.by), one.source, one.kind]
        table.writerow([_defused(cell) for cell in (*cells, describe(one, name), one.hash)])
    return out.getvalue().encode()


FORMULA = tuple("=+-@\t\r\n|%＝＋－＠")
"""What a spreadsheet may take for the start of a formula; the last four are their full-width forms."""


def _defused(cell: Any) -> Any:
    """A spreadsheet runs a cell that starts like a formula (OWASP, CSV injection)."""
    if isinstance(cell, str) and cell.lstrip(" ")[:1] in FORMULA:
        return "'" + cell
    return cell


class NotAnExport(ValueError):
    """The file is something else altogether."""


def posted_at(events: Sequence[Mapping[str, Any]], head: str) -> int | None:
    """Which event's hash was posted as the head; later ones were recorded since. None when it is no event's."""
    wanted = head.strip().lower()
    return next((place for place, event in enumerate(events, 1) if event.get("hash") == wanted), None)


def verify(content: bytes, head: str | None = None) -> list[str]:
    """What is not whole in an exported JSON file; empty when it is. `head` is the hash that was posted.

    Raises `NotAnExport` for a file that never was one.
    """
    if FORMAT.encode() not in content:
        raise NotAnExport(f"This is not a timeline exported by Stanch as JSON: there is no {FORMAT} in it.")
    try:
        whole = json.loads(content.decode())
        events = whole["events"]
        fault = first_fault(events)
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError) as wrong:
        return [f"the file cannot be read: {type(wrong).__name__}, it was cut or changed"]
    if not events:
        return ["there is no event in it: a timeline begins with a declaration"]
    if fault:
        place, what = fault
        kind = str(events[place - 1].get("kind", "?"))
        kind = kind if kind.isascii() and kind.isidentifier() else "?"
        return [f"event {place} ({kind}) is not whole: {what}"]
    found = []
    if whole.get("count") != len(events):
        found.append(f"the file says {whole.get('count')} events and has {len(events)}: the last ones may be missing")
    try:
        only = next((known for known in EARLIER_FIELDS if known == set(whole["incident"])), None)
        if not found and to_json([from_json(event) for event in events], only) != content:
            found.append("the events are whole, but what stands around them was changed: it does not follow from them")
    except (ValueError, KeyError, TypeError, AttributeError) as wrong:
        found.append(f"the events cannot be rebuilt: {type(wrong).__name__}")
    if head is not None and not found and posted_at(events, head) is None:
        found.append("it is whole, but it is not the timeline whose head was posted")
    return found
