"""Ways through a decision tree: what comes next, what can be come to, and where nobody gets out."""

from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from stanch.core import runbook
from stanch.core.catalogue import Klass
from stanch.core.runbook import NOT_SURE, Choice, Node, Tree
from stanch.store.catalogue import read

ROOT = Path(__file__).parents[2]


def ask(id: str, **choices: str) -> Node:
    """A question; `unsure` stands for *Not sure*."""
    named = {NOT_SURE if label == "unsure" else label: to for label, to in choices.items()}
    return Node(id, "ask", f"{id}?", choices=tuple(Choice(label, to) for label, to in named.items()))


def pull(id: str, then: str, cannot: str) -> Node:
    return Node(id, "pull", id, controls=("x.off",), then=(then,), cannot=(cannot,))


def call(id: str, *then: str) -> Node:
    return Node(id, "call", id, then=then)


END = Node("x1", "end", "over")


def tree(*nodes: Node, start: str = "q1") -> Tree:
    return Tree("zebra", start, {node.id: node for node in nodes})


@pytest.fixture(scope="module")
def shipped() -> dict[str, Klass]:
    return dict(read(ROOT).classes)


@pytest.mark.parametrize(
    ("tried", "found"), [([], "c2"), (["c2"], "e1"), (["k1", "c2", "e1"], "x1"), (["c2", "e1", "x1"], "x1")]
)
def test_the_first_that_has_not_been_tried_is_next(tried: list[str], found: str) -> None:
    """A list of targets is gone through in order; when all have been tried, it is the last."""
    assert runbook.first(["c2", "e1", "x1"], tried) == found


def test_a_target_may_be_another_tree() -> None:
    """`tree:CLASS` names a class; anything else is a node."""
    assert (runbook.other("tree:security"), runbook.other("q1")) == ("security", None)


def test_the_ways_of_a_node_keep_their_names() -> None:
    """Choices by label, the others by their key in the file; a `do` goes on when it is done."""
    check = Node("k1", "check", "?", better=("x1",), same=("c1", "e1"), worse=("c1",))
    do = Node("d1", "do", "!", then=("k1",), cannot=("e1",))
    assert list(runbook.ways(check)) == [("better", ("x1",)), ("same", ("c1", "e1")), ("worse", ("c1",))]
    assert list(runbook.ways(do)) == [("done", ("k1",)), ("cannot", ("e1",))]
    assert list(runbook.ways(ask("q1", Yes="c1", unsure="c2"))) == [("Yes", ("c1",)), ("Not sure", ("c2",))]


def test_what_cannot_be_come_to_is_seen() -> None:
    """Only what a way leads to from the start is reachable; other trees are none of this one's nodes."""
    found = tree(ask("q1", Yes="tree:security", unsure="c1"), pull("c1", "x1", "x1"), call("e1", "x1"), END)
    assert runbook.reachable(found) == {"q1", "c1", "x1"}
    assert runbook.reachable(found, "e1") == {"e1", "x1"}


def test_a_ring_without_a_way_out_is_seen() -> None:
    """Nodes from which no end and no other tree can be come to are stuck; one way out is enough."""
    ring = [pull("c1", "c2", "e1"), pull("c2", "c1", "e1"), call("e1", "c1")]
    assert runbook.stuck(tree(ask("q1", Yes="x1", unsure="c1"), *ring, END)) == {"c1", "c2", "e1"}
    assert runbook.stuck(tree(ask("q1", Yes="x1", unsure="c1"), *ring[:2], call("e1", "x1"), END)) == frozenset()
    away = ask("q2", Yes="tree:security", unsure="c1")
    assert runbook.stuck(tree(ask("q1", unsure="c1"), pull("c1", "q2", "c1"), away)) == frozenset()


def test_not_sure_is_followed_through_questions() -> None:
    """The first target that is no question; None when a question lacks the answer, or they ask each other for ever."""
    nodes = [ask("q1", unsure="q2"), ask("q2", unsure="c1"), pull("c1", "x1", "x1"), END]
    assert runbook.unsure(tree(*nodes), "q1") == "c1"
    assert runbook.unsure(tree(ask("q1", unsure="q2"), ask("q2", unsure="q1"), END), "q1") is None
    assert runbook.unsure(tree(ask("q1", unsure="q2"), ask("q2", Yes="x1"), END), "q1") is None
    assert runbook.unsure(tree(ask("q1", unsure="tree:security"), END), "q1") == "tree:security"


def test_questions_are_counted_up_to_the_first_control() -> None:
    """The longest way counts; what comes behind a control, or the same by hand, counts no more; a ring counts once."""
    nodes = [
        ask("q1", Yes="q2", No="q3", unsure="c1"),
        ask("q2", Yes="q3", Again="q1", unsure="c1"),
        ask("q3", Yes="d1", unsure="c1"),
        Node("d1", "do", "!", then=("q4",), cannot=("x1",)),
        pull("c1", "q4", "x1"),
        ask("q4", Yes="x1", unsure="x1"),
        END,
    ]
    assert runbook.questions(tree(*nodes)) == {"q1": 1, "q2": 2, "q3": 3}
    assert runbook.before_acting(tree(*nodes)) == {"q1", "q2", "q3", "c1", "d1"}


def test_the_usual_way_is_that_on_which_all_works(shipped: dict[str, Klass]) -> None:
    """First answers, controls that can be pulled, checks that are better: this is what "about 6 steps" counts."""
    found = {id: runbook.usual(klass.tree) for id, klass in shipped.items() if klass.tree}
    assert found == {
        "security": ("q1", "c1", "q2", "c3", "e1", "k1", "q3", "x1"),
        "safety_violation": ("q1", "c1", "q2", "e1", "k1", "q3", "x1"),
        "provider_outage": ("q1", "c1", "k1", "e1", "x1"),
        "latency_saturation": ("q1", "c1", "k1", "q2", "c4", "x1"),
        "cost_runaway": ("q1", "c1", "q2", "k1", "x1"),
        "retrieval_failure": ("q1", "q2", "c1", "k1", "x1"),
        "quality_regression": ("q1", "q2", "c1", "k1", "q3", "x1"),
    }


def test_a_usual_way_that_goes_round_ends() -> None:
    """Where it would come back to a node, it is over."""
    assert runbook.usual(tree(ask("q1", Yes="c1", unsure="c1"), pull("c1", "q1", "x1"), END)) == ("q1", "c1")


NAMES = st.sampled_from(["n0", "n1", "n2", "n3", "n4"])
TARGETS = st.lists(st.one_of(NAMES, st.sampled_from(["tree:security", "gone"])), min_size=1, max_size=3).map(tuple)


@st.composite
def trees(draw: st.DrawFn) -> Tree:
    """Any five nodes with any ways among them, right or wrong."""
    nodes = {}
    for id in ("n0", "n1", "n2", "n3", "n4"):
        kind = draw(st.sampled_from(["ask", "pull", "check", "do", "call", "end"]))
        targets = draw(TARGETS)
        if kind == "ask":
            labels = [NOT_SURE, "Yes", "No"]
            choices = tuple(Choice(label, to) for label, to in zip(labels, targets, strict=False))
            nodes[id] = Node(id, "ask", "?", choices=choices)
        elif kind == "check":
            nodes[id] = Node(id, "check", "?", better=targets, same=draw(TARGETS), worse=draw(TARGETS))
        elif kind == "end":
            nodes[id] = Node(id, "end", ".")
        else:
            nodes[id] = Node(id, kind, "!", then=targets, cannot=() if kind == "call" else draw(TARGETS))
    return Tree("zebra", draw(NAMES), nodes)


@given(trees())
def test_whatever_the_tree_no_question_about_it_hangs(any_tree: Tree) -> None:
    """Each answer comes, names nodes of the tree only, and agrees with the others."""
    there = runbook.reachable(any_tree)
    assert there <= set(any_tree.nodes)
    assert set(runbook.depths(any_tree)) == there
    assert set(runbook.usual(any_tree)) <= there
    assert runbook.before_acting(any_tree) <= there
    assert set(runbook.questions(any_tree)) <= runbook.before_acting(any_tree)
    stuck = runbook.stuck(any_tree)
    for id in any_tree.nodes:
        beyond = [any_tree.nodes[other] for other in runbook.reachable(any_tree, id)]
        out = any(
            node.kind == "end" or any(runbook.other(target) for _, many in runbook.ways(node) for target in many)
            for node in beyond
        )
        assert (id in stuck) == (not out)
        runbook.unsure(any_tree, id)
