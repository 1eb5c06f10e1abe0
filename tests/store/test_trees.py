"""The decision trees: those that ship are whole, and what is wrong with one is told all at once, at its place."""

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from stanch.core import runbook, screen
from stanch.core.catalogue import Catalogue
from stanch.core.runbook import Choice, Node
from stanch.errors import Fault
from stanch.store import classes
from stanch.store.catalogue import read
from stanch.store.tree_rules import Known

ROOT = Path(__file__).parents[2]

GOOD = """\
class: zebra
first_move: look away
looks_like: stripes
lever: stripes.off
closure: [quiet]
messages: {room: contained}
start: q1
nodes:
  q1:
    ask: Stripes?
    look: the hide
    choices:
      "Yes": c1
      A whole herd: {to: c1, leads: herd.off}
      Not sure: c1
  c1:
    pull: [stripes.off, herd.off]
    says: Fewer of them.
    then: k1
    cannot: e1
  k1:
    check: Are they fewer?
    by: [quiet]
    better: x1
    same: [c1, e1]
    worse: e1
  e1:
    call: The zoo.
    roles: [technical]
    then: [k1, x1]
  x1:
    end: They are gone.
"""
KNOWN = Known(
    ["zebra"], {"stripes.off": "No stripes", "herd.off": "No herd"}, {"quiet": "Quiet"}, frozenset({"contained"})
)

Lint = Callable[..., list[str]]


@pytest.fixture
def lint(tmp_path: Path) -> Lint:
    """What is said of a folder with this one class."""

    def look(text: str, known: Known = KNOWN) -> list[str]:
        (tmp_path / "runbooks").mkdir()
        (tmp_path / "runbooks" / "zebra.yml").write_text(dedent(text), encoding="utf-8")
        faults: list[Fault] = []
        sheets = classes.read(tmp_path, faults, [])
        return [str(fault) for fault in sorted(faults + classes.named(tmp_path, sheets, known))]

    return look


@pytest.fixture(scope="module")
def shipped() -> Catalogue:
    return read(ROOT)


def test_a_good_tree_has_no_fault(lint: Lint) -> None:
    """All six kinds of node but `do`, lists of targets, a choice that leads with another control."""
    assert lint(GOOD) == []


def test_every_fault_of_a_tree_is_told_at_once(lint: Lint) -> None:
    """Faults of nodes, of the sheet and of names together, each at its line and column; nothing is told twice."""
    text = GOOD.replace("    cannot: e1\n", "").replace("worse: e1", "wurse: e1").replace("first_move: look away\n", "")
    assert lint(text.replace("lever: stripes.off", "lever: stripes.of").replace("[quiet]\nm", "[quite]\nm")) == [
        "runbooks/zebra.yml:1:1: a class without a first move, expected `first_move:` with the one action that people "
        "start with",
        "runbooks/zebra.yml:3:8: unknown control 'stripes.of', expected one from controls.yml; "
        "did you mean 'stripes.off'?",
        "runbooks/zebra.yml:4:11: unknown check 'quite', expected one from checks.yml; did you mean 'quiet'?",
        "runbooks/zebra.yml:16:5: key 'cannot' is missing, expected 'cannot:' here",
        "runbooks/zebra.yml:24:5: unknown key 'wurse', expected one of check, by, better, same, worse; "
        "did you mean 'worse'?",
    ]


def test_the_ways_are_judged_once_the_targets_hold(lint: Lint) -> None:
    """A misspelt target is one fault, though because of it a node cannot be reached and another has no way out."""
    text = GOOD.replace("better: x1", "better: x2").replace("then: [k1, x1]", "then: k1")
    assert lint(text) == ["runbooks/zebra.yml:24:13: no node 'x2', expected one of q1, c1, k1, e1, x1, or tree:CLASS"]


def test_every_rule_about_the_ways_is_told_together(lint: Lint) -> None:
    """Nobody to call, a question without a safe answer and a node that is left over: three lines."""
    text = """\
        class: zebra
        first_move: look away
        start: q1
        nodes:
          q1: {ask: Stripes?, choices: {"Yes": c1, Not sure: x1}}
          c1: {pull: [stripes.off], says: Fewer., then: x1, cannot: x1}
          c2: {pull: [stripes.off], says: None., then: x1, cannot: x1}
          x1: {end: Gone.}
        """
    assert lint(text) == [
        "runbooks/zebra.yml:4:1: a tree without a `call`, expected a node that says whom to call",
        "runbooks/zebra.yml:5:54: 'Not sure' leads to 'x1', expected a `pull`: what is safe without knowing the cause",
        "runbooks/zebra.yml:7:3: node 'c2' cannot be reached, expected a way to it, or no such node",
    ]


def test_a_start_alone_is_told(lint: Lint) -> None:
    """The word that promises a tree, and no tree."""
    told = "runbooks/zebra.yml:3:1: a start without nodes, expected the tree below `nodes:`"
    assert lint("class: zebra\nfirst_move: look away\nstart: q1\n") == [told]


@pytest.mark.parametrize(
    ("nodes", "told"),
    [
        ("nodes:", "3:1: a start without nodes, expected the tree below `nodes:`"),
        ("nodes: {}", "4:8: no keys, expected at least one"),
        ("nodes: [q1]", "4:8: a list, expected keys and values"),
        ("nodes: q1", "4:8: 'q1', expected keys and values"),
        ("nodes: {q1: }", "4:9: node 'q1' without keys, expected one of ask, pull, check, do, call, end in it"),
    ],
)
def test_what_is_no_tree_is_told_once(lint: Lint, nodes: str, told: str) -> None:
    """Nothing, an empty one, a list, a word, a node of nothing."""
    assert lint(f"class: zebra\nfirst_move: look away\nstart: q1\n{nodes}\n") == [f"runbooks/zebra.yml:{told}"]


def test_without_the_other_files_nothing_is_said_of_what_they_would_name(lint: Lint) -> None:
    """A folder without controls, checks and templates: which of them there are cannot be said, so no name is wrong."""
    assert lint(GOOD, Known(["zebra"])) == []


@pytest.mark.parametrize(("extra", "count"), [(11, 18), (12, 19)])
def test_a_screen_ends_at_eighteen_lines(lint: Lint, extra: int, count: int) -> None:
    """Eighteen lines are good, nineteen a fault: a header, a question, its facts, three choices, the way back."""
    look = "\n".join(["    look:", *(f"      - fact {number}" for number in range(extra + 1))])
    told = f"runbooks/zebra.yml:9:3: node 'q1' takes {count} lines on a phone, expected at most 18"
    assert lint(GOOD.replace("    look: the hide", look)) == ([told] if count > 18 else [])


def test_a_control_counts_with_the_name_that_is_shown(lint: Lint) -> None:
    """A short id with a name of many lines is as long as its name."""
    names = {"stripes.off": "no stripes " * 48, "herd.off": "No herd"}
    known = Known(["zebra"], names, KNOWN.checks, KNOWN.templates)
    assert lint(GOOD, known) == [
        "runbooks/zebra.yml:16:3: node 'c1' takes 19 lines on a phone, expected at most 18",
    ]


def test_all_seven_trees_are_whole(shipped: Catalogue) -> None:
    """Every node of every tree, by its letter: q asks, c pulls, d does, k checks, e calls, x ends."""
    letters = {"ask": "q", "pull": "c", "do": "d", "check": "k", "call": "e", "end": "x"}
    trees = {id: klass.tree for id, klass in shipped.classes.items() if klass.tree}
    assert {id: " ".join(tree.nodes) for id, tree in trees.items()} == {
        "security": "q1 c1 c2 q2 c3 e1 k1 q3 x1",
        "safety_violation": "q1 c1 c2 d1 q2 e1 k1 q3 x1",
        "provider_outage": "q1 c1 c2 d1 c3 c4 k1 e1 x1",
        "latency_saturation": "q1 c1 c2 c3 k1 q2 c4 e1 x1",
        "cost_runaway": "q1 c1 c2 c3 c4 q2 k1 e1 x1",
        "retrieval_failure": "q1 c1 q2 c2 c3 d1 k1 e1 x1",
        "quality_regression": "q1 q2 c1 d1 k1 c2 q3 e1 x1",
    }
    wrong = [node for tree in trees.values() for id, node in tree.nodes.items() if letters[node.kind] != id[0]]
    assert wrong == []


def test_each_class_has_all_that_an_operator_needs(shipped: Catalogue) -> None:
    """A first move with its control, what contains it, owners, whom to tell, traps, closing checks, a tree."""
    for klass in shipped.classes.values():
        assert all((klass.first_move, klass.containment, klass.owners, klass.tell, klass.traps, klass.tree))
        assert klass.lever in shipped.controls
    assert {id: (klass.lever, klass.closure) for id, klass in shipped.classes.items()} == {
        "security": ("tool.off", ("attack_replay", "quiet")),
        "safety_violation": ("filter.strict", ("attack_replay", "harmless_set", "sample", "quiet")),
        "provider_outage": ("provider.failover", ("errors", "latency", "smoke", "quiet")),
        "latency_saturation": ("load.shed", ("latency", "errors", "sample", "quiet")),
        "cost_runaway": ("rate.limit", ("spend", "refusals", "sample", "quiet")),
        "retrieval_failure": ("index.back", ("golden_retrieval", "permission_probe", "grounded", "sample", "quiet")),
        "quality_regression": ("prompt.back", ("sample", "canary", "refusals", "grounded", "quiet")),
    }


def test_every_tree_but_its_own_asks_about_an_attacker(shipped: Catalogue) -> None:
    """There is a way into `security` in the first question, or, for cost, in the question after its clamp."""
    found = {
        id: next(
            node.id
            for node in klass.tree.nodes.values()
            if "tree:security" in (target for _, many in runbook.ways(node) for target in many)
        )
        for id, klass in shipped.classes.items()
        if klass.tree and id != "security"
    }
    assert found == {**dict.fromkeys(found, "q1"), "cost_runaway": "q2"}


def test_a_choice_may_say_which_control_leads(shipped: Catalogue) -> None:
    """A retry storm begins with the retry budget, a bypass with the filter, doubt about an attack with the feature."""
    leads = {
        (id, choice.label): choice.leads
        for id, klass in shipped.classes.items()
        if klass.tree
        for node in klass.tree.nodes.values()
        for choice in node.choices
        if choice.leads
    }
    assert leads == {
        ("security", "Rules bypassed, nothing out"): "filter.strict",
        ("security", "Not sure"): "feature.off",
        ("latency_saturation", "Retries pile up"): "retry.budget",
        ("retrieval_failure", "Filter, ranker or embedding"): "params.back",
        ("quality_regression", "Only a new version for some"): "variant.share",
    }


def test_a_question_is_read_as_written(shipped: Catalogue) -> None:
    """The first question of latency, with its facts and choices in the order of the file."""
    tree = shipped.classes["latency_saturation"].tree
    assert tree is not None
    assert tree.nodes[tree.start] == Node(
        "q1",
        "ask",
        "Where does the time go?",
        look=(
            "slowest 5 % by stage, queue, search, first token, writing, tools",
            "requests and users, now and usually",
            "share of retries",
            "the worst prompt length and route",
        ),
        choices=(
            Choice("Waiting in our queue", "c1"),
            Choice("Retries pile up", "c1", leads="retry.budget"),
            Choice("The provider is slow", "c2"),
            Choice("Long prompts, answers or tools", "c3"),
            Choice("Looks like an attack", "tree:security"),
            Choice("Not sure", "c1"),
        ),
    )


def test_every_node_that_ships_fits_a_phone_with_room_for_a_long_way(shipped: Catalogue) -> None:
    """At most 18 lines with three lines of earlier decisions, whatever way was gone."""
    names = {id: one.name for ids in (shipped.controls, shipped.checks) for id, one in ids.items()}
    tall = {
        (klass.id, id): len(shown)
        for klass in shipped.classes.values()
        if klass.tree
        for id, node in klass.tree.nodes.items()
        if len(shown := screen.lines(klass, node, 9, 9, ["decided"] * 8 if id != "q1" else [], names)) > screen.LINES
    }
    assert tall == {}
