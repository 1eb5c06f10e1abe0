"""Controls, checks and a tree to test with, and how a pull is told step by step."""

from dataclasses import replace
from datetime import timedelta

from stanch.core import commands as c
from stanch.core.catalogue import Catalogue, Klass
from stanch.core.check import Check, Probe, Result
from stanch.core.control import KNOWN_GOOD, Aim, Control, Direction, Ladder, Value, Values
from stanch.core.decide import Decision
from stanch.core.incident import STANCH
from stanch.core.pulls import Pull, Step
from stanch.core.runbook import Choice, Node, Tree
from tests.fakes.world import ALICE, BOB, CAROL, Tale, catalogue, minutes

SERVICE = "support-copilot"


def control(id: str, name: str, direction: Direction, aim: Aim | None, within: float = 30, **more: object) -> Control:
    """`within` is in seconds."""
    plain = Control(
        id, name, f"does {name}", direction, timedelta(seconds=within), "seen", f"{name} in the console", "bob",
        aims={SERVICE: aim} if aim else {},
    )  # fmt: skip
    return replace(plain, **more)  # type: ignore[arg-type]


def aim(values: Values, to: Value | None = None, **more: object) -> Aim:
    return replace(Aim("practice", {}, values, to, known_good=False), **more)  # type: ignore[arg-type]


PERCENT = Values(low=0, high=100, unit="%")
LADDER = Ladder((5, 25, 50, 100), minutes(30), ("errors",))
CONTROLS = (
    control(KNOWN_GOOD, "Known-good set", "back", None, 90),
    control("prompt.back", "Prompt", "back", aim(Values(("v18", "v17", "v16")), good=("v17",), known_good=True), 75),
    control("model.back", "Model", "back", aim(Values(("latest", "dated")), "dated", known_good=True), 15),
    control("tool.off", "Tool", "less", aim(Values(("on", "ask", "off")), "off")),
    control("variant.share", "New version", "less", aim(PERCENT, 0, ladder=LADDER)),
    control("secret.rotate", "Secret", "more", aim(Values(("old", "new")), "new")),
    control("capture.window", "Capture", "more", aim(Values(("closed", "open")), "open"), break_glass=False),
    control(
        "alert.quiet", "Quiet alert", "more", aim(Values(low=0, high=60)), never_in=("safety_violation", "security"),
    ),
    control("reranker.off", "Ranker", "less", None),
)  # fmt: skip


def check(id: str, name: str, *, measured: bool = True) -> Check:
    probe = Probe("practice_ai", "practice", {})
    return Check(id, name, "at most 1 %", probes={SERVICE: probe} if measured else {})


CHECKS = (
    check("errors", "Errors"), check("latency", "Latency"), check("sample", "Sample", measured=False),
)  # fmt: skip

NODES = (
    Node("q1", "ask", "What is wrong?", choices=(
        Choice("Wrong or made up", "c1"), Choice("It leaks", "tree:security"), Choice("Not sure", "c2"),
    )),
    Node("c1", "pull", "The piece that changed.", controls=("prompt.back", "model.back"), then=("k1",), cannot=("c2",)),
    Node("c2", "pull", "Fewer people.", controls=("variant.share",), then=("k1",), cannot=("e1",)),
    Node("k1", "check", "Better off?", by=("errors", "sample"), better=("x1",), same=("c2", "e1"), worse=("c2",)),
    Node("d1", "do", "Roll back.", then=("k1",), cannot=("e1",)),
    Node("e1", "call", "The owner.", then=("k1", "x1")),
    Node("x1", "end", "Restore in steps."),
)  # fmt: skip
SECURITY = (
    Node("q1", "ask", "What crossed a line?", choices=(Choice("Data came out", "c1"), Choice("Not sure", "c1"))),
    Node("c1", "pull", "The narrowest.", controls=("tool.off",), then=("e1",), cannot=("e1",)),
    Node("e1", "call", "Legal.", then=("x1",)),
    Node("x1", "end", "Reopen with less."),
)


def tree(klass: str, nodes: tuple[Node, ...]) -> Tree:
    return Tree(klass, nodes[0].id, {one.id: one for one in nodes})


CLASSES = (
    Klass(
        "quality_regression", "Quality regression", first_move="put it back",
        tree=tree("quality_regression", NODES), closure=("errors", "sample"), lever="prompt.back",
    ),
    Klass("provider_outage", "Availability", closure=("errors", "latency")),
    Klass("safety_violation", "Safety", closure=("errors",)),
    Klass("security", "Security", restricted=True, tree=tree("security", SECURITY), closure=("sample",)),
)  # fmt: skip

LEVERS: Catalogue = replace(
    catalogue(*CLASSES),
    controls={one.id: one for one in CONTROLS},
    checks={one.id: one for one in CHECKS},
)


def at_work(severity: str | None = "SEV2", klass: str | None = "quality_regression", **facts: object) -> Tale:
    """An open incident with its room and card: alice commands, bob leads, carol speaks."""
    tale = Tale(LEVERS)
    tale.do(c.Declare(7, "answers cite the wrong policy", klass, severity, **facts))  # type: ignore[arg-type]
    room = c.ReportRoom("C0ROOM", "inc-7-answers", tale.incident.restricted)
    seats = (("commander", ALICE), ("technical", BOB), ("communications", CAROL))
    tale.do(c.SeatOwners(seats, (ALICE, BOB, CAROL), room=room), STANCH)
    tale.do(c.ReportCard("1700000000.000100", 0), STANCH)
    tale.do(c.ReportAnnouncement("C0INCIDENTS", "1700000000.000200"), STANCH)
    return tale


def last(tale: Tale) -> Pull:
    return tale.incident.pulls[-1]


def step(tale: Tale, s: int = 1) -> Step:
    found = last(tale).step(s)
    assert found is not None
    return found


def mitigations(tale: Tale) -> list[tuple[int, str, str]]:
    return [(m.k, m.what, m.state) for m in tale.incident.mitigations]


def read(
    tale: Tale, *values: Value | None, good: tuple[Value | None, ...] = (), detail: dict | None = None
) -> Decision:
    """What the planes say for the controls of the last pull, in its order."""
    goods = good or (None,) * len(values)
    found = tuple(
        c.ReadStep(control, value, detail or {}, better)
        for control, value, better in zip(last(tale).controls, values, goods, strict=True)
    )
    return tale.do(c.ReportReading(last(tale).p, found), STANCH)


def asking(tale: Tale, control: str, before: Value, to: Value | None = None, by: str = ALICE) -> Pull:
    """Asked for and read: it waits to be confirmed."""
    tale.do(c.Pull(control, to), by)
    read(tale, before)
    return last(tale)


def pulling(tale: Tale, control: str, before: Value, to: Value | None = None, by: str = ALICE) -> Pull:
    """Confirmed, by two where that is needed, and the settings are saved: the requests leave."""
    return confirmed(tale, asking(tale, control, before, to, by), by)


def confirmed(tale: Tale, pull: Pull, by: str = ALICE, second: str = BOB) -> Pull:
    tale.do(c.Confirm(pull.p, on_call=True), by)
    if last(tale).state == "seconding":
        tale.do(c.Confirm(pull.p), second)
    tale.do(c.ReportSaved(pull.p, {}), STANCH)
    return last(tale)


def accepted(tale: Tale, s: int = 1) -> Decision:
    one = step(tale, s)
    return tale.do(c.ReportAccepted(last(tale).p, s, one.turn, f"r-{s}", "200", one.to), STANCH)


def seen(tale: Tale, s: int = 1, *, effective: bool = True, words: str = "20 of 20") -> Decision:
    return tale.do(c.ReportProof(last(tale).p, s, step(tale, s).turn, effective, words), STANCH)


def failing(tale: Tale, s: int = 1, *, why: str = "403", **more: object) -> Decision:
    return tale.do(c.ReportFailed(last(tale).p, s, step(tale, s).turn, why, **more), STANCH)  # type: ignore[arg-type]


def held(tale: Tale, *, green: bool, s: int = 1, words: str = "errors 0 %") -> Decision:
    return tale.do(c.ReportHeld(last(tale).p, s, step(tale, s).turn, green, words), STANCH)


def in_effect(tale: Tale, control: str, before: Value, to: Value | None = None, by: str = ALICE) -> Pull:
    """Pulled and seen to take effect."""
    pulling(tale, control, before, to, by)
    accepted(tale)
    seen(tale)
    return last(tale)


def undoing(tale: Tale, before: Value, k: int | None = None, by: str = ALICE) -> Pull:
    """The way back is asked for and read."""
    tale.do(c.Undo(k), by)
    read(tale, before)
    return last(tale)


def measured(tale: Tale, *, over: bool = True, asked: int = 0, **verdicts: str) -> Decision:
    """What checks say now: by id, `green`, `red` or `unknown`."""
    results = tuple(Result(one, verdict, f"{one} is {verdict}") for one, verdict in verdicts.items())  # type: ignore[arg-type]
    return tale.do(c.ReportChecks(asked, results, over), STANCH)
