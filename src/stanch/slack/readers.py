"""How the words behind each verb of `/incident` are read."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from stanch.core import commands as c, draft_commands as d
from stanch.core.export import FORMATS
from stanch.core.roles import ROLES
from stanch.core.seat_commands import HandOver
from stanch.core.text import cut
from stanch.core.words import escape
from stanch.slack.words import Words


@dataclass(frozen=True, slots=True)
class Look:
    """Something to be shown to the person alone: `list`, `show`, `now`, `help`, or a form to open."""

    what: str
    verb: str = ""


Asked = c.Command | Look
Read = Callable[[Words], Asked]


def declare(words: Words) -> Asked:
    title = words.rest()
    return c.Declare(0, title) if title else Look("declare_form")


def change(what: str) -> Read:
    def read(words: Words) -> Asked:
        if not words.rest():
            raise words.wrong("To what?")
        return c.Change(what, words.rest())

    return read


def role(words: Words) -> Asked:
    role, rest = _role(words)
    return c.GiveRole(role, rest.person()[0])


def handover(words: Words) -> Asked:
    role, rest = _role(words)
    return HandOver(role, rest.person()[0])


def _role(words: Words) -> tuple[str, Words]:
    head, rest = words.first()
    role = next(
        (r for r, spoken in ROLES.items() if head and head.lower() in (r, spoken.lower(), *SHORT.get(r, ()))), None
    )
    if role is None:
        raise words.wrong("Which role?")
    return role, rest


SHORT = {"commander": ("ic",), "technical": ("tech", "lead", "tl"), "communications": ("comms", "communication")}


def update(words: Words) -> Asked:
    return c.SayUpdate(words.rest()) if words.rest() else Look("update_form")


def subscribe(on: bool) -> Read:
    def read(words: Words) -> Asked:
        words.nothing_left()
        return d.Subscribe(on)

    return read


def pause(words: Words) -> Asked:
    """`60 WHY` or `2h WHY`; without a number an hour."""
    head, rest = words.first()
    found = SPAN.fullmatch(head)
    if not found and head[:1].isdigit() and not ORDINAL.fullmatch(head):
        # A slip in a number must not become a part of the reason.
        slip = escape(cut(head.replace("`", "'"), 30))
        raise words.wrong(f"`{slip}` is no number of minutes; `90`, `45m` and `2h` are:")
    if not found:
        return d.PauseUpdates(timedelta(hours=1), words.rest())
    unit, after = rest.first()
    if not found[2] and (apart := SPAN.fullmatch(f"1{unit}")) and apart[2]:
        found, rest = SPAN.fullmatch(head + unit) or found, after
    hours = (found[2] or "").lower().startswith("h")
    return d.PauseUpdates(timedelta(hours=int(found[1])) if hours else timedelta(minutes=int(found[1])), rest.rest())


SPAN = re.compile(r"(\d{1,4})(h|m|min|hours?|minutes?)?", re.IGNORECASE)


ORDINAL = re.compile(r"\d*(1st|2nd|3rd|[04-9]th|1[1-3]th)", re.IGNORECASE)
"""How a reason may begin that is about a third party."""


def resume(words: Words) -> Asked:
    words.nothing_left()
    return d.ResumeUpdates()


def note(words: Words) -> Asked:
    return c.Note(words.rest()) if words.rest() else Look("note_form")


def correct(words: Words) -> Asked:
    entry, rest = words.number("entry")
    return c.Correct(entry, rest.rest())


def export(words: Words) -> Asked:
    form = words.rest().lower()
    if form and form not in FORMATS:
        raise words.wrong("As what?")
    return c.Export((form,) if form else ("md", "json"))


def judged(words: Words) -> Asked:
    good, rest = words.number("good ones")
    bad, rest = rest.number("bad ones")
    return c.Judge(good, bad, rest.rest())


def idea(verdict: str) -> Read:
    def read(words: Words) -> Asked:
        k, rest = words.number("hypothesis")
        return c.JudgeIdea(k, verdict, rest.rest())

    return read


def moved(state: str) -> Read:
    def read(words: Words) -> Asked:
        return c.MoveMitigation(state, words.maybe_number()[0])

    return read


def kept(words: Words) -> Asked:
    k, rest = words.maybe_number()
    owner, rest = rest.person()
    until, rest = rest.day("until")
    return c.MoveMitigation("kept", k, owner, until, rest.rest())


def bleeding(words: Words) -> Asked:
    head, rest = words.first()
    return c.Bleeding(head.lower(), rest.rest())


def explained(words: Words) -> Asked:
    head, rest = words.first()
    return c.Explain(head.lower(), rest.rest())


def mitigate(words: Words) -> Asked:
    if what := words.rest():
        said = escape(cut(what, 200)).replace("`", "'")
        raise words.wrong(f"Is it pulled? Then `/incident applied {said}`. To begin only:")
    return c.Mitigate()


def contained(words: Words) -> Asked:
    waive, rest = words.option("waive")
    rest.nothing_left("Nothing was recorded. What shows it goes to `/incident bleeding contained WHY`; else:")
    return c.Contain(waive)


def watch(words: Words) -> Asked:
    override, rest = words.option("override")
    rest.nothing_left()
    return c.Watch(override)


def resolved(words: Words) -> Asked:
    fixed, rest = words.option("fixed")
    rest.nothing_left("Nothing was recorded. The fix stands behind `--fixed`:")
    return c.Resolve(fixed)


def runbook(words: Words) -> Asked:
    named = words.rest().strip().lower().replace(" ", "_").replace("-", "_")
    return c.OpenRunbook(named or None)


def pull(words: Words) -> Asked:
    control, rest = words.first()
    if not control:
        raise words.wrong("Which control? `/incident controls` lists them:")
    return c.Pull(control.strip("`").lower(), rest.rest().strip("`") or None)


def undo(words: Words) -> Asked:
    k, rest = words.maybe_number()
    rest.nothing_left()
    return c.Undo(k)


def check(words: Words) -> Asked:
    watch, rest = words.option("watch")
    if watch and not (watch.isascii() and watch.isdigit() and len(watch) < 6):
        raise words.wrong("Watch for how many minutes?")
    ids = rest.rest().replace(",", " ").replace("`", "").lower().split()
    return c.RunChecks(tuple(dict.fromkeys(ids)), int(watch or 0))


def sample(words: Words) -> Asked:
    n, rest = words.maybe_number()
    rest.nothing_left()
    return c.DrawSample(n) if n is not None else c.DrawSample()


def action(words: Words) -> Asked:
    owner, rest = words.person()
    day, rest = rest.day("by")
    if owner is None:
        raise words.wrong("An action needs an owner:")
    return c.AddAction(owner, day, rest.rest())


def restrict(words: Words) -> Asked:
    return c.Restrict(words.rest())


def dismiss(words: Words) -> Asked:
    reason, rest = words.first()
    other = None
    for spoken in ("false alarm", "near miss", "duplicate of"):
        # As people say it, with a blank.
        if words.rest().lower().startswith(spoken):
            reason, rest = spoken.replace(" ", "-"), rest.first()[1]
    if reason.lower() == "duplicate-of":
        other, rest = rest.number("incident")
    return c.Dismiss(reason.lower(), rest.rest(), other)


def look(what: str) -> Read:
    return lambda words: Look(what, words.rest().lower())
