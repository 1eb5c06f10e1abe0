"""What a person can do with one click: the buttons of the card, of *More*, of refusals; and the forms behind some.

A move is a command of the core with a button. Its form, if it has one, asks only for what the command needs.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from stanch.core import commands as c
from stanch.core.audiences import has_page
from stanch.core.catalogue import Catalogue
from stanch.core.checking import measured
from stanch.core.harm import better
from stanch.core.incident import Incident
from stanch.core.phases import OFFERS, TRANSITIONS, makes_sense, offers
from stanch.core.text import cut, one_line
from stanch.errors import Wrong
from stanch.slack import blocks as b, inputs, reach
from stanch.slack.blocks import Block

Values = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Form:
    """`blocks` are the fields; `read` makes the command of what was filled in (block id → text)."""

    title: str
    submit: str
    blocks: Callable[[Incident], list[Block]]
    read: Callable[[Values], c.Command]
    of_catalogue: Callable[[Catalogue], list[Block]] | None = None
    """Fields that come from the team's files, after the others."""

    def fields(self, i: Incident, catalogue: Catalogue) -> list[Block]:
        return [*self.blocks(i), *(self.of_catalogue(catalogue) if self.of_catalogue else ())]


@dataclass(frozen=True, slots=True)
class Move:
    """Either `act` at once, or a `form` first; with neither, a form that the listeners know by the move's name. A label
    that ends in … opens a form."""

    name: str
    label: str
    about: str
    act: Callable[[Incident, Catalogue], c.Command] | None = None
    form: Form | None = None
    verb: str = ""
    """The command of the transition table that it carries out, if it is one of those."""

    def possible(self, i: Incident) -> bool:
        return not self.verb or i.phase in TRANSITIONS[self.verb]


def _first_move(i: Incident, catalogue: Catalogue) -> c.Command:
    sheet = catalogue.klass(i.klass) if i.klass else None
    if sheet is None or not sheet.first_move:
        return c.Mitigate()
    return c.Applied(cut(f"first move of {sheet.name}: {one_line(sheet.first_move, 400)}", 290))


def _took_effect(i: Incident, catalogue: Catalogue) -> c.Command:
    waiting = [m.k for m in i.mitigations if m.state == "applied"]
    return c.MoveMitigation("effective", waiting[-1] if waiting else None)


def _number(values: Values, block: str) -> int:
    text = values.get(block, "").strip()
    if not text.isascii() or not text.isdigit() or len(text) > 6:
        raise Wrong(block, "A whole number, like 19.")
    return int(text)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _settled(values: Values) -> c.Command:
    state, k = values.get("state", "effective"), values.get("k", "")
    until = _day(values.get("until", ""))
    if state == "kept":
        for block, missing, ask in (
            ("owner", not values.get("owner"), "Who looks after it, while it stays?"),
            ("until", until is None, "Until when does it stay?"),
            ("why", not values.get("why", "").strip(), "Why does it stay?"),
        ):
            if missing:
                raise Wrong(block, ask)
    return c.MoveMitigation(state, int(k) if k.isdigit() else None, values.get("owner"), until, values.get("why", ""))


def _action(values: Values) -> c.Command:
    owner, by = values.get("owner"), _day(values.get("by", ""))
    if not owner:
        raise Wrong("owner", "Who does it?")
    if by is None:
        raise Wrong("by", "By when?")
    return c.AddAction(owner, by, values.get("what", ""))


def _dismissed(values: Values) -> c.Command:
    other = values.get("other", "").strip().upper().removeprefix("INC-").removeprefix("#")
    number = int(other) if other.isascii() and other.isdigit() and len(other) < 10 else None
    return c.Dismiss(values.get("reason", ""), values.get("why", ""), number)


def _idea(values: Values) -> c.Command:
    k = values.get("k", "")
    return c.JudgeIdea(int(k) if k.isdigit() else 0, values.get("verdict", ""), values.get("text", ""))


def _place(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _raised(to: str) -> Callable[[Incident, Catalogue], c.Command]:
    """Never down: SEV1 comes before SEV2."""
    return lambda i, _: c.Change("severity", min(to, i.severity or to))


def _lever(i: Incident, catalogue: Catalogue) -> c.Command:
    control = reach.lever(i, catalogue)
    return c.Pull(control.id) if control else c.OpenRunbook()


MOVES: tuple[Move, ...] = (
    Move("lever", "Pull the first move", "Shows before and after; nothing moves until you confirm", _lever,
         verb="applied"),
    Move("again", "Pull again", "It is not contained any more", _lever),
    Move("runbook", "Open runbook", "The class's decision tree, one screen at a time", lambda i, _: c.OpenRunbook()),
    Move("check", "Verify recovery", "Measures the class's checks now", lambda i, _: c.RunChecks()),
    Move("sample", "Sample and judge", "Fresh answers, redacted, one by one", lambda i, _: c.DrawSample()),
    Move("undo", "Undo", "Put back what was pulled here", lambda i, _: c.Undo()),
    Move("undo_one", "Undo one of them…", "Put back one of the controls that were pulled here",
         form=Form("Undo", "Show before, after", inputs.undo, lambda v: c.Undo(_place(v.get("k", ""))))),
    Move("runbook_of", "Open a runbook…", "The decision tree of any class",
         form=Form("Open a runbook", "Open it", lambda i: [], lambda v: c.OpenRunbook(v.get("class")),
                   inputs.runbooks)),
    Move("first_move", "First move is pulled", "Record that it was pulled by hand", _first_move,
         verb="applied"),
    Move("took_effect", "It took effect", "The newest mitigation, seen in what is served", _took_effect),
    Move("applied", "Record a mitigation…", "What you pulled by hand: prompt, model, limit, flag", verb="applied",
         form=Form("Mitigation", "Record it", inputs.applied, lambda v: c.Applied(v.get("what", "")))),
    Move("mitigate", "Begin to mitigate", "Contain first; names and numbers can follow", lambda i, _: c.Mitigate(),
         verb="mitigate"),
    Move("again", "It hurts again", "Back to mitigate: contain it once more", lambda i, _: c.Mitigate(),
         verb="mitigate"),
    Move("judged", "Are users better off?", "Count fresh answers: how many were good, how many bad",
         form=Form("Are users better off?", "Count them", inputs.judged,
                   lambda v: c.Judge(_number(v, "good"), _number(v, "bad"), v.get("note", "")))),
    Move("contained", "Contained", "The harm has stopped, and judged answers show it", lambda i, _: c.Contain(),
         verb="contained"),
    Move("stopped", "It stopped by itself…", "Nobody pulled it, and something shows that it stopped",
         form=Form("It stopped by itself", "Contained", inputs.why("What shows that it stopped?"),
                   lambda v: c.Bleeding("contained", v.get("why", "")))),
    Move("waive", "Waive the proof…", "Commander only: contained without proof, with a reason", verb="contained",
         form=Form("Waive the proof", "Waive it", inputs.why("Why can the proof wait?"),
                   lambda v: c.Contain(v.get("why", "")))),
    Move("hypothesis", "Suppose a cause…", "A hypothesis, to be supported or refuted",
         form=Form("Suppose a cause", "Suppose it", inputs.text("text", "What do you suppose?"),
                   lambda v: c.Suppose(v.get("text", "")))),
    Move("idea", "Judge a hypothesis…", "What speaks for it, or against it",
         form=Form("Judge a hypothesis", "Save", inputs.idea, _idea)),
    Move("explained", "Explain the cause…", "Confirmed, probable, or unknown with what was ruled out", verb="explained",
         form=Form("Explain the cause", "Explain", inputs.explained,
                   lambda v: c.Explain(v.get("certainty", ""), v.get("text", "")))),
    Move("settle", "Settle a mitigation…", "It took effect, was taken back, or stays on purpose",
         form=Form("Settle a mitigation", "Save", inputs.settle, _settled)),
    Move("watch", "Watch", "Watch whether it stays quiet", lambda i, _: c.Watch(), verb="watch"),
    Move("override", "Watch all the same…", "Commander only: watch without the checks, with a reason", verb="watch",
         form=Form("Watch all the same", "Watch", inputs.why("Why can the checks wait?"),
                   lambda v: c.Watch(v.get("why", "")))),
    Move("resolved", "It held: resolve…", "Quiet has held; name the permanent fix", verb="resolved",
         form=Form("It held", "Resolve", inputs.fixed, lambda v: c.Resolve(v.get("fixed", "")))),
    Move("came_back", "It came back", "Back to mitigate, at once", lambda i, _: c.Mitigate(), verb="mitigate"),
    Move("action", "Promise an action…", "An improvement with an owner and a date",
         form=Form("Promise an action", "Promise it", inputs.action, _action)),
    Move("close", "Close…", "What happened and what was learned", verb="close",
         form=Form("Close", "Close it", inputs.summary, lambda v: c.Close(v.get("summary", "")))),
    Move("reopen", "Reopen…", "Within 24 hours; later a new one recurs from it", verb="reopen",
         form=Form("Reopen", "Reopen", inputs.why("What came back?"), lambda v: c.Reopen(v.get("why", "")))),
    Move("dismiss", "Dismiss…", "False alarm, near miss, or duplicate of another", verb="dismiss",
         form=Form("Dismiss", "Dismiss it", inputs.dismiss, _dismissed)),
    Move("bleeding", "Is it still bleeding?", "Is harm still being done: yes, contained, unknown",
         form=Form("Is it still bleeding?", "Save", inputs.bleeding,
                   lambda v: c.Bleeding(v.get("bleeding", ""), v.get("why", "")))),
    Move("evidence", "Add evidence…", "What shows it: a link, an id, a figure",
         form=Form("Add evidence", "Add it", inputs.text("text", "What shows it?"),
                   lambda v: c.AddEvidence(v.get("text", "")))),
    Move("role", "Give a role…", "Commander, technical, communications, scribe",
         form=Form("Give a role", "Give it", inputs.role, lambda v: c.GiveRole(v.get("role", ""), v.get("who")))),
    Move("restrict", "Restrict…", "Only named people see the details, in a new private room",
         form=Form("Restrict", "Restrict it", inputs.restrict, lambda v: c.Restrict(v.get("why", "")))),
    Move("still", "Still investigating", "An update that says the honest minimum", lambda i, _: c.StillInvestigating()),
    Move("slower", "Update half as often", "Commander only: says so, and it holds until there is news",
         lambda i, _: c.StillInvestigating(slower=True)),
    Move("raise_SEV1", "Raise to SEV1", "Wakes more hands; lowering it later costs nothing", _raised("SEV1")),
    Move("raise_SEV2", "Raise to SEV2", "Wakes more hands; lowering it later costs nothing", _raised("SEV2")),
    Move("snooze", "Snooze 10 min", "Ask again in ten minutes; twice at most", lambda i, _: c.Snooze()),
    Move("holding", "Send the holding line…", "Commander only: words for users, approved beforehand, unedited"),
    Move("export", "Export the timeline", "As Markdown and JSON, into the room",
         lambda i, _: c.Export(("md", "json"))),
    Move("ask_to_join", "Ask to join", "The commander is asked to let you in", lambda i, _: c.Join()),
)  # fmt: skip
BY_NAME = {move.name: move for move in MOVES}

MORE: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Pull and prove", ("runbook", "runbook_of", "undo", "undo_one", "check", "sample")),
    ("Say what happens", ("applied", "settle", "judged", "bleeding", "evidence", "hypothesis", "idea")),
    ("Move it along", ("mitigate", "contained", "stopped", "waive", "explained", "watch", "override", "resolved",
                       "close", "dismiss", "reopen")),
    ("People and promises", ("role", "holding", "action", "restrict")),
)  # fmt: skip
"""What stands under *More*, in groups; what the phase does not allow is left out."""


def button(name: str, value: str, *, first: bool = False, label: str = "") -> Block:
    """`value` is `N:…`: the incident's number, and what makes the click unique."""
    return b.button(label or BY_NAME[name].label, f"do:{name}", value, style="primary" if first else None)


def offered(i: Incident, catalogue: Catalogue) -> list[str]:
    """The moves that the card shows now, the likeliest first."""
    names = [name for name in offers(i) if reachable(i, name, catalogue)]
    likeliest = _likeliest(i, names, catalogue)
    return sorted(names, key=lambda name: name != likeliest)


def reachable(i: Incident, name: str, catalogue: Catalogue) -> bool:
    """Whether the team's files have what this move works with, for this class and this service."""
    sheet = catalogue.klass(i.klass) if i.klass else None
    match name:
        case "holding":
            return i.is_open and has_page(i, catalogue)
        case "lever":
            return reach.lever(i, catalogue) is not None
        case "first_move":
            return bool(sheet and sheet.first_move) and reach.lever(i, catalogue) is None
        case "runbook":
            return i.is_open and bool(i.walks or (sheet and sheet.tree))
        case "runbook_of":
            return i.is_open and reach.has_runbook(catalogue)
        case "check":
            return i.is_open and bool(measured(i, catalogue))
        case "sample":
            return i.is_open and reach.can_sample(i, catalogue)
        case "undo":
            return len(reach.to_undo(i)) == 1
        case "undo_one":
            return len(reach.to_undo(i)) > 1
    return True


def _likeliest(i: Incident, names: Sequence[str], catalogue: Catalogue) -> str:
    """What stands between here and the next phase. `names`: what is offered."""
    match i.phase:
        case "mitigate" if "took_effect" in names:
            return "took_effect"
        case "mitigate" if better(i, *i.judged):
            return "contained"
        case "mitigate" if any(m.state == "effective" for m in i.mitigations):
            return reach.proof(i, names, catalogue)
        case "mitigate":
            return "runbook" if "runbook" in names else "applied"
        case "diagnose" if any(one.verdict == "open" for one in i.ideas):
            return "idea"
        case "diagnose" if i.ideas:
            return "explained"
        case "resolve" if not any(m.in_force for m in i.mitigations):
            return "watch"
        case "learn" if i.actions:
            return "close"
    return OFFERS[i.phase][0]


def more(i: Incident, catalogue: Catalogue) -> list[tuple[str, list[Block]]]:
    """The groups of *More*: name → options whose value is `NAME:N`."""
    found = []
    for group, names in MORE:
        options = [
            _option(name, i)
            for name in names
            if BY_NAME[name].possible(i) and makes_sense(i, name) and reachable(i, name, catalogue)
        ]
        if options:
            found.append((group, options))
    looks = {"now": "What can be done now", "catchup": "Catch me up", "export": "Export the timeline"}
    looks = ({"controls": "Controls, to pull one"} if catalogue.controls else {}) | looks
    found.append(("Look", [b.option(text, f"{name}:{i.number}") for name, text in looks.items()]))
    return found


def _option(name: str, i: Incident) -> Block:
    return b.option(BY_NAME[name].label, f"{name}:{i.number}")
