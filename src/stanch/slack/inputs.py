"""The fields of the forms behind the moves."""

from collections.abc import Callable

from stanch.core.catalogue import Catalogue
from stanch.core.incident import Incident
from stanch.core.roles import ROLES
from stanch.core.text import cut
from stanch.slack import blocks as b, reach
from stanch.slack.blocks import Block

Fields = Callable[[Incident], list[Block]]


def text(block: str, label: str, hint: str = "") -> Fields:
    return lambda i: [b.text_input(block, label, hint=hint, many=True, optional=False)]


def why(label: str) -> Fields:
    return text("why", label, "It stands in the timeline with your name.")


def applied(i: Incident) -> list[Block]:
    hint = "As the plane calls it: prompt support-bot v18 → v17."
    return [b.text_input("what", "What did you pull, or put back?", hint=hint, optional=False, longest=300)]


def judged(i: Incident) -> list[Block]:
    hint = "Fresh ones only, from the people who were hit. 20 show big harm, 60 close SEV2 and below, 150 a SEV1."
    return [
        b.text_input("good", "Good answers", optional=False, longest=6, hint=hint),
        b.text_input("bad", "Bad answers", optional=False, longest=6),
        b.text_input("note", "How were they chosen?", longest=500),
    ]


def settle(i: Incident) -> list[Block]:
    left = [m for m in i.mitigations if m.state not in ("removed", "failed")]
    options = [b.option(f"{m.k} · {cut(m.what, 60)} ({m.state})", str(m.k)) for m in left[-100:]]
    states = [
        b.option("It took effect", "effective", "Seen in what is served, not only in the console"),
        b.option("It is taken back", "removed"),
        b.option("It stays on purpose", "kept", "Needs who looks after it, until when, and why"),
    ]
    fields = [
        b.select("k", "Which mitigation?", options, initial=str(left[-1].k) if left else None, optional=False),
        b.select("state", "What is with it?", states, optional=False, radio=True),
        b.person("owner", "Who looks after it?", hint="Only if it stays."),
        b.day("until", "Until when?", hint="Only if it stays."),
        b.text_input("why", "Why?", longest=500),
    ]
    return fields if options else fields[1:]


def undo(i: Incident) -> list[Block]:
    standing = [m for m in i.mitigations if m.k in reach.to_undo(i)][-b.OPTIONS :]
    options = [b.option(f"{m.k} · {cut(m.what, 60)}", str(m.k)) for m in standing]
    return [b.select("k", "Put back what?", options, optional=False)] if options else [b.section("Nothing is pulled.")]


def runbooks(catalogue: Catalogue) -> list[Block]:
    options = [b.option(one.name, one.id, one.looks_like) for one in catalogue.classes.values() if one.tree]
    return [b.select("class", "Which one?", options, optional=False)] if options else [b.section("There is none.")]


def idea(i: Incident) -> list[Block]:
    options = [b.option(f"{one.k} · {cut(one.text, 60)}", str(one.k), one.verdict) for one in i.ideas[-100:]]
    verdicts = [b.option("Supported", "supported"), b.option("Refuted", "refuted")]
    return [
        b.select("k", "Which hypothesis?", options, optional=False),
        b.select("verdict", "It is", verdicts, optional=False, radio=True),
        b.text_input("text", "What shows it?", many=True, optional=False, longest=1_000),
    ]


def explained(i: Incident) -> list[Block]:
    certainty = [
        b.option("Confirmed", "confirmed", "We can switch the harm on and off with it"),
        b.option("Probable", "probable", "Evidence points to it"),
        b.option("Unknown", "unknown", "What was ruled out, and which detector is to be built"),
    ]
    return [
        b.select("certainty", "How sure is it?", certainty, optional=False, radio=True),
        b.text_input("text", "The cause, and what shows it", many=True, optional=False, longest=2_000),
    ]


def fixed(i: Incident) -> list[Block]:
    hint = "Left empty, an action item must promise it."
    return [b.text_input("fixed", "What is the permanent fix?", hint=hint, many=True, longest=1_000)]


def action(i: Incident) -> list[Block]:
    return [
        b.text_input("what", "What will be done?", optional=False, longest=500),
        b.person("owner", "Who does it?", optional=False),
        b.day("by", "By when?", optional=False),
    ]


def summary(i: Incident) -> list[Block]:
    hint = "What happened, what helped, what was learned. Facts about the system, never about who was careless."
    return [b.text_input("summary", "Summary", hint=hint, many=True, optional=i.severity == "SEV4")]


def dismiss(i: Incident) -> list[Block]:
    reasons = [
        b.option("False alarm", "false-alarm", "Nothing was wrong"),
        b.option("Near miss", "near-miss", "It hurt nobody this time; kept for the weekly review"),
        b.option("Duplicate", "duplicate-of", "Another incident is about the same"),
    ]
    return [
        b.select("reason", "Why?", reasons, optional=False, radio=True),
        b.text_input("other", "Duplicate of", hint="The other incident's number.", longest=12),
        b.text_input("why", "What shows it?", many=True, optional=False, longest=500),
    ]


def bleeding(i: Incident) -> list[Block]:
    words = [b.option("Yes", "yes"), b.option("Contained", "contained"), b.option("Unknown", "unknown")]
    return [
        b.select("bleeding", "Is harm still being done?", words, initial=i.bleeding, optional=False, radio=True),
        b.text_input("why", "What shows it?", many=True, optional=False, longest=500),
    ]


def role(i: Incident) -> list[Block]:
    roles = [b.option(spoken, name) for name, spoken in ROLES.items()]
    return [
        b.select("role", "Which role?", roles, optional=False, radio=True),
        b.person("who", "Who?", hint="Left empty, the seat becomes empty."),
    ]


def restrict(i: Incident) -> list[Block]:
    hint = "A private room opens; this one is made neutral. What was written here stays readable to who is in it."
    return [b.text_input("why", "Why?", hint=hint, longest=500)]
