"""The grammar of `/incident`: one table, from which commands are read and help is made."""

import re
from dataclasses import dataclass
from difflib import get_close_matches

from stanch.core import commands as c
from stanch.errors import Refusal
from stanch.slack import readers
from stanch.slack.readers import Asked as Asked, Look as Look, Read as Read
from stanch.slack.words import parted


@dataclass(frozen=True, slots=True)
class Verb:
    usage: str
    help: str
    read: Read
    needs_incident: bool = True

    @property
    def name(self) -> str:
        return self.usage.partition(" ")[0]


GROUPS: tuple[tuple[str, tuple[Verb, ...]], ...] = (
    (
        "Start and look",
        (
            Verb(
                "declare [TITLE]",
                "open an incident: a title opens it at once, without one a form comes",
                readers.declare,
                False,
            ),
            Verb("list", "open incidents, worst first", readers.look("list"), False),
            Verb("show", "what is known, and the latest entries", readers.look("show")),
            Verb("catchup", "for you alone: what is known, done, open, due", readers.look("catchup")),
            Verb("help [VERB]", "this list, or one line of it", readers.look("help"), False),
        ),
    ),
    (
        "What is known",
        (
            Verb("title TEXT", "a better title", readers.change("title")),
            Verb("class CLASS", "what kind it is, like `quality_regression`", readers.change("klass")),
            Verb("severity SEV1..SEV4", "how bad it is; the cadence of updates follows", readers.change("severity")),
            Verb("service NAME", "which service; its owners are invited", readers.change("service")),
            Verb("scope TEXT", "which features, segments, regions", readers.change("scope")),
            Verb("impact TEXT", "what users see", readers.change("impact")),
            Verb("note TEXT", "write into the timeline", readers.note),
            Verb("evidence TEXT", "what shows it: a link, an id, a figure", lambda w: c.AddEvidence(w.rest())),
            Verb("correct ENTRY TEXT", "correct an entry; the old one stays readable", readers.correct),
            Verb("update [TEXT]", "say it to the room; without TEXT a form, for others too", readers.update),
            Verb("subscribe", "each update for stakeholders, to you alone", readers.subscribe(True)),
            Verb("unsubscribe", "no more of them", readers.subscribe(False)),
            Verb("pause [MINUTES] WHY", "commander only: no update is owed for a while, 24 h at most", readers.pause),
            Verb("resume", "updates are owed again", readers.resume),
        ),
    ),
    (
        "People",
        (
            Verb("oncall [SERVICE]", "who is on call now and who is next, per service", readers.look("oncall"), False),
            Verb(
                "role commander|technical|communications|scribe @who|me|none",
                "give, take or clear a role",
                readers.role,
            ),
            Verb(
                "handover commander|technical|communications|scribe @who",
                "ask somebody to take a role over; it stays where it is until they accept",
                readers.handover,
            ),
            Verb(
                "restrict [WHY]",
                "only named people see it: a new private room, a neutral stub for everybody else",
                readers.restrict,
            ),
        ),
    ),
    (
        "Pull and prove",
        (
            Verb("runbook [CLASS]", "the class's decision tree, one screen at a time", readers.runbook),
            Verb("controls", "what can be pulled for this service, and what is pulled now", readers.look("controls")),
            Verb(
                "pull CONTROL [VALUE]",
                "move a control: before and after are shown, then you confirm",
                readers.pull,
            ),
            Verb("undo [K]", "put back what mitigation K moved", readers.undo),
            Verb("check [CHECK…] [--watch MINUTES]", "measure whether users are better off", readers.check),
            Verb("sample [N]", "N fresh answers, redacted, to judge one by one", readers.sample),
        ),
    ),
    (
        "Stop the harm",
        (
            Verb("mitigate", "begin to contain", readers.mitigate),
            Verb("applied WHAT", "a mitigation that you pulled by hand", lambda w: c.Applied(w.rest())),
            Verb("effective [K]", "mitigation K took effect", readers.moved("effective")),
            Verb("removed [K]", "mitigation K is taken back", readers.moved("removed")),
            Verb("kept [K] @who until DATE WHY", "mitigation K stays on purpose, with an owner", readers.kept),
            Verb("judged GOOD BAD [NOTE]", "fresh answers that a person judged, like `judged 19 1`", readers.judged),
            Verb("bleeding yes|contained|unknown WHY", "is harm still being done?", readers.bleeding),
            Verb(
                'contained [--waive "WHY"]',
                "the harm is contained; the proof can be waived by the commander",
                readers.contained,
            ),
        ),
    ),
    (
        "Find the cause",
        (
            Verb("hypothesis TEXT", "what you suppose", lambda w: c.Suppose(w.rest())),
            Verb("supported K TEXT", "what speaks for hypothesis K", readers.idea("supported")),
            Verb("refuted K TEXT", "what speaks against hypothesis K", readers.idea("refuted")),
            Verb("explained confirmed|probable|unknown TEXT", "the cause, and how sure it is", readers.explained),
        ),
    ),
    (
        "End it well",
        (
            Verb('watch [--override "WHY"]', "watch whether it stays quiet", readers.watch),
            Verb("resolved [--fixed WHAT]", "it held; name the permanent fix", readers.resolved),
            Verb("action @who by DATE WHAT", "promise an improvement", readers.action),
            Verb("close [SUMMARY]", "what happened and what was learned", lambda w: c.Close(w.rest())),
            Verb("dismiss false-alarm|near-miss|duplicate-of N WHY", "it was no incident", readers.dismiss),
            Verb(
                "reopen WHY",
                "it came back: within 24 hours; later a new incident recurs from it",
                lambda w: c.Reopen(w.rest()),
            ),
            Verb("export [md|json|csv]", "the timeline as a file in the room", readers.export),
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
