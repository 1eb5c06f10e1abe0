"""The grammar of `/incident`: one table, from which commands are read and help is made."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches

from stanch.core import commands as c
from stanch.core.export import FORMATS
from stanch.core.roles import ROLES
from stanch.errors import Refusal
from stanch.slack.words import Words, parted


@dataclass(frozen=True, slots=True)
class Look:
    """Something to be shown to the person alone: `list`, `show`, `now`, `help`, or a form to open."""

    what: str
    verb: str = ""


Asked = c.Command | Look
Read = Callable[[Words], Asked]


@dataclass(frozen=True, slots=True)
class Verb:
    usage: str
    help: str
    read: Read
    needs_incident: bool = True

    @property
    def name(self) -> str:
        return self.usage.partition(" ")[0]


def _declare(words: Words) -> Asked:
    title = words.rest()
    return c.Declare(0, title) if title else Look("declare_form")


def _change(what: str) -> Read:
    def read(words: Words) -> Asked:
        if not words.rest():
            raise words.wrong("To what?")
        return c.Change(what, words.rest())

    return read


def _role(words: Words) -> Asked:
    head, rest = words.first()
    role = next(
        (r for r, spoken in ROLES.items() if head and head.lower() in (r, spoken.lower(), *SHORT.get(r, ()))), None
    )
    if role is None:
        raise words.wrong("Which role?")
    return c.GiveRole(role, rest.person()[0])


SHORT = {"commander": ("ic",), "technical": ("tech", "lead", "tl"), "communications": ("comms", "communication")}


def _update(words: Words) -> Asked:
    return c.SayUpdate(words.rest()) if words.rest() else Look("update_form")


def _note(words: Words) -> Asked:
    return c.Note(words.rest()) if words.rest() else Look("note_form")


def _correct(words: Words) -> Asked:
    entry, rest = words.number("entry")
    return c.Correct(entry, rest.rest())


def _export(words: Words) -> Asked:
    form = words.rest().lower()
    if form and form not in FORMATS:
        raise words.wrong("As what?")
    return c.Export((form,) if form else ("md", "json"))


def _judged(words: Words) -> Asked:
    good, rest = words.number("good ones")
    bad, rest = rest.number("bad ones")
    return c.Judge(good, bad, rest.rest())


def _idea(verdict: str) -> Read:
    def read(words: Words) -> Asked:
        k, rest = words.number("hypothesis")
        return c.JudgeIdea(k, verdict, rest.rest())

    return read


def _moved(state: str) -> Read:
    def read(words: Words) -> Asked:
        return c.MoveMitigation(state, words.maybe_number()[0])

    return read


def _kept(words: Words) -> Asked:
    k, rest = words.maybe_number()
    owner, rest = rest.person()
    until, rest = rest.day("until")
    return c.MoveMitigation("kept", k, owner, until, rest.rest())


def _bleeding(words: Words) -> Asked:
    head, rest = words.first()
    return c.Bleeding(head.lower(), rest.rest())


def _explained(words: Words) -> Asked:
    head, rest = words.first()
    return c.Explain(head.lower(), rest.rest())


def _contained(words: Words) -> Asked:
    return c.Contain(words.option("waive")[0])


def _watch(words: Words) -> Asked:
    return c.Watch(words.option("override")[0])


def _resolved(words: Words) -> Asked:
    return c.Resolve(words.option("fixed")[0])


def _action(words: Words) -> Asked:
    owner, rest = words.person()
    day, rest = rest.day("by")
    if owner is None:
        raise words.wrong("An action needs an owner:")
    return c.AddAction(owner, day, rest.rest())


def _restrict(words: Words) -> Asked:
    return c.Restrict(words.rest())


def _dismiss(words: Words) -> Asked:
    reason, rest = words.first()
    other = None
    if reason.lower() == "duplicate-of":
        other, rest = rest.number("incident")
    return c.Dismiss(reason.lower(), rest.rest(), other)


def _look(what: str) -> Read:
    return lambda words: Look(what, words.rest().lower())


GROUPS: tuple[tuple[str, tuple[Verb, ...]], ...] = (
    (
        "Start and look",
        (
            Verb(
                "declare [TITLE]",
                "open an incident: a title opens it at once, without one a form comes",
                _declare,
                False,
            ),
            Verb("list", "open incidents, worst first", _look("list"), False),
            Verb("show", "what is known, and the latest entries", _look("show")),
            Verb("catchup", "for you alone: what is known, done, open, due", _look("catchup")),
            Verb("help [VERB]", "this list, or one line of it", _look("help"), False),
        ),
    ),
    (
        "What is known",
        (
            Verb("title TEXT", "a better title", _change("title")),
            Verb("class CLASS", "what kind it is, like `quality_regression`", _change("klass")),
            Verb("severity SEV1..SEV4", "how bad it is; the cadence of updates follows", _change("severity")),
            Verb("service NAME", "which service; its owners are invited", _change("service")),
            Verb("scope TEXT", "which features, segments, regions", _change("scope")),
            Verb("impact TEXT", "what users see", _change("impact")),
            Verb("note TEXT", "write into the timeline", _note),
            Verb("evidence TEXT", "what shows it: a link, an id, a figure", lambda w: c.AddEvidence(w.rest())),
            Verb("correct ENTRY TEXT", "correct an entry; the old one stays readable", _correct),
            Verb("update [TEXT]", "say an update to the room", _update),
        ),
    ),
    (
        "People",
        (
            Verb("role commander|technical|communications|scribe @who|me|none", "give, take or clear a role", _role),
            Verb(
                "restrict [WHY]",
                "only named people see it: a new private room, a neutral stub for everybody else",
                _restrict,
            ),
        ),
    ),
    (
        "Stop the harm",
        (
            Verb("mitigate", "begin to contain", lambda w: c.Mitigate()),
            Verb("applied WHAT", "a mitigation that you pulled by hand", lambda w: c.Applied(w.rest())),
            Verb("effective [K]", "mitigation K took effect", _moved("effective")),
            Verb("removed [K]", "mitigation K is taken back", _moved("removed")),
            Verb("kept [K] @who until DATE WHY", "mitigation K stays on purpose, with an owner", _kept),
            Verb("judged GOOD BAD [NOTE]", "fresh answers that a person judged, like `judged 19 1`", _judged),
            Verb("bleeding yes|contained|unknown WHY", "is harm still being done?", _bleeding),
            Verb(
                'contained [--waive "WHY"]',
                "the harm is contained; the proof can be waived by the commander",
                _contained,
            ),
        ),
    ),
    (
        "Find the cause",
        (
            Verb("hypothesis TEXT", "what you suppose", lambda w: c.Suppose(w.rest())),
            Verb("supported K TEXT", "what speaks for hypothesis K", _idea("supported")),
            Verb("refuted K TEXT", "what speaks against hypothesis K", _idea("refuted")),
            Verb("explained confirmed|probable|unknown TEXT", "the cause, and how sure it is", _explained),
        ),
    ),
    (
        "End it well",
        (
            Verb('watch [--override "WHY"]', "watch whether it stays quiet", _watch),
            Verb("resolved [--fixed WHAT]", "it held; name the permanent fix", _resolved),
            Verb("action @who by DATE WHAT", "promise an improvement", _action),
            Verb("close [SUMMARY]", "what happened and what was learned", lambda w: c.Close(w.rest())),
            Verb("dismiss false-alarm|near-miss|duplicate-of N WHY", "it was no incident", _dismiss),
            Verb(
                "reopen WHY",
                "it came back: within 24 hours; later a new incident recurs from it",
                lambda w: c.Reopen(w.rest()),
            ),
            Verb("export [md|json|csv]", "the timeline as a file in the room", _export),
        ),
    ),
)
"""Every verb, in the groups of the help."""
VERBS: tuple[Verb, ...] = tuple(verb for _, verbs in GROUPS for verb in verbs)
BY_NAME = {verb.name: verb for verb in VERBS}
NUMBER = re.compile(r"^(?:INC-|#)?(\d{1,9})$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Typed:
    """`/incident [N] VERB …`, taken apart. `verb` is None for the bare command; `text` is the rest as Slack sent it."""

    number: int | None
    verb: Verb | None
    text: str


def take_apart(text: str) -> Typed:
    """Raises `Refusal` with the nearest verb for a word that is none."""
    head, rest = parted(text)
    number = None
    if found := NUMBER.match(head):
        number = int(found[1])
        head, rest = parted(rest)
    if not head:
        return Typed(number, BY_NAME["show"] if number is not None else None, "")
    verb = BY_NAME.get(head.lower())
    if verb is None:
        raise Refusal(_unknown(head, rest))
    return Typed(number, verb, rest.strip())


def _unknown(head: str, rest: str) -> str:
    shown = re.sub(r"[`<>&]", "", head)[:40] or "that"
    near = get_close_matches(head.lower(), BY_NAME, n=1, cutoff=0.7)
    if near:
        return f"There is no `{shown}`. Did you mean `/incident {BY_NAME[near[0]].usage}`?"
    if rest:
        return f"There is no `{shown}`. To open an incident: `/incident declare TITLE`. All verbs: `/incident help`."
    return f"There is no `{shown}`. All verbs: `/incident help`."


def helped(verb: str = "") -> str:
    """Help, generated from the table."""
    if verb in BY_NAME:
        one = BY_NAME[verb]
        return f"`/incident {one.usage}`: {one.help}"
    if verb:
        return _unknown(verb, "")
    parts = ["*/incident [N] VERB …*  In an incident's room its number can be left out."]
    for title, verbs in GROUPS:
        parts.append("\n".join((f"*{title}*", *(f"`{one.usage}`  {one.help}" for one in verbs))))
    parts.append(
        "Bare `/incident` says what can be done now; outside a room it lists."
        " :pushpin: on a message puts it into the timeline."
    )
    return "\n".join(parts)
