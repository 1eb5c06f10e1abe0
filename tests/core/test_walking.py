"""Walking a runbook: one screen, the first click wins, going back is a deed, and nothing that was done is lost."""

from dataclasses import replace

import pytest

from stanch.core import commands as c, events as e
from stanch.core.catalogue import Klass
from stanch.core.decide import Decision
from stanch.core.incident import STANCH
from stanch.core.runbook import Node
from stanch.core.walking import standing, ways
from stanch.core.walks import Walk, Went
from tests.fakes.levers import LEVERS, NODES, at_work, tree
from tests.fakes.world import ALICE, BOB, CAROL, Tale, refused, walked

MOVED_ON = "The runbook has moved on; the room shows where it stands."


def walk(tale: Tale) -> Walk:
    return tale.incident.walks[-1]


def at(tale: Tale) -> tuple[str, str]:
    """The class whose runbook is shown, and the node."""
    return walk(tale).klass, walk(tale).node


def begun(klass: str | None = None) -> Tale:
    tale = at_work()
    tale.do(c.OpenRunbook(klass))
    return tale


def go(tale: Tale, to: str, label: str = "", by: str = ALICE) -> Decision:
    """A click on the screen as it stands."""
    return tale.do(c.Choose(walk(tale).step, to, label), by)


def views(decision: Decision) -> list[str]:
    return [one.payload["view"] for one in decision.effects if one.kind == "view"]


# Opening


def test_it_begins_at_its_first_question() -> None:
    """The class's own runbook, its message at the end of the room, and the phase as it was."""
    tale = at_work()
    told = tale.do(c.OpenRunbook(), BOB)
    assert told.events == (e.RunbookOpened("quality_regression", "q1"),)
    assert told.say == "The runbook Quality regression begins, in the room."
    seq = tale.incident.seq
    assert [(one.kind, one.key, one.lane, one.payload) for one in told.effects if one.kind != "card"] == [
        ("view", f"inc-7/view/runbook/{seq}/{seq}", f"inc-7/view/runbook/{seq}", {"view": f"runbook/{seq}"}),
        ("check", f"inc-7/facts/{seq}", "inc-7/facts", {"asked": seq, "facts": True}),
    ]
    assert (tale.incident.runbook_at, tale.incident.phase) == (tale.incident.seq, "assess")
    assert walk(tale) == Walk("quality_regression", "q1", 1, by=BOB, did="opened the runbook quality_regression")


def test_any_class_can_be_walked() -> None:
    """Whatever the incident's class is, or none: what is asked for is opened; what is not there lists what is."""
    tale = at_work(klass=None)
    there = "There are `quality_regression`, `security`."
    assert refused(tale, c.OpenRunbook()) == f"Which runbook? `/incident runbook CLASS`. {there}"
    assert refused(tale, c.OpenRunbook("provider_outage")) == f"There is no runbook `provider_outage`. {there}"
    tale.do(c.OpenRunbook("security"))
    assert at(tale) == ("security", "q1")
    assert tale.do(c.OpenRunbook()).say == "The runbook Security goes on where it was, in the room."


@pytest.mark.parametrize("phase", ["learn", "closed", "dismissed"])
def test_what_is_over_has_no_runbook(phase: str) -> None:
    """It offers to reopen instead."""
    assert refused(walked(phase), c.OpenRunbook()) == (
        f"INC-7 is not open any more ({phase}). Reopen it first: `/incident reopen WHY`."
    )


def test_opening_it_again_moves_it_to_the_end_of_the_room() -> None:
    """Its old message says so in a line, a new one stands below, and it goes on where it was."""
    tale = begun()
    first = f"runbook/{tale.incident.runbook_at}"
    tale.do(c.ReportShown(first, "1700000000.000300"), STANCH)
    go(tale, "c1", "Wrong or made up")
    told = tale.do(c.OpenRunbook(), CAROL)
    assert views(told) == [first, f"runbook/{tale.incident.seq}"]
    assert (at(tale), walk(tale).path) == (("quality_regression", "c1"), walk(tale).path)
    assert len(walk(tale).path) == 1
    assert len(tale.incident.walks) == 1


# Choosing


def test_a_choice_is_an_event_with_its_words() -> None:
    """Where people stood, what was chosen and where it leads; who and when stand in the path."""
    tale = begun()
    told = go(tale, "c1", "Wrong or made up", BOB)
    assert told.events == (e.RunbookChose("quality_regression", "q1", "Wrong or made up", "c1"),)
    assert views(told) == [f"runbook/{tale.incident.runbook_at}"]
    moment = tale.events[-1].at.strftime("%Y-%m-%dT%H:%M:%S.000000Z")
    assert walk(tale).path == (Went("q1", "Wrong or made up", BOB, moment),)
    assert (at(tale), walk(tale).step, walk(tale).tried) == (("quality_regression", "c1"), 2, ("q1",))


def test_the_first_click_wins() -> None:
    """The second, on the same screen, is told who was faster and what they chose; nothing moves."""
    tale = begun()
    seen = walk(tale).step
    tale.do(c.Choose(seen, "c2", "Not sure"), BOB)
    assert refused(tale, c.Choose(seen, "c1", "Wrong or made up"), CAROL) == (
        f"<@U0BOB> was faster: Not sure. {MOVED_ON}"
    )
    assert refused(tale, c.Choose(seen, "c2", "Not sure"), CAROL) == f"<@U0BOB> was faster: Not sure. {MOVED_ON}"
    assert refused(tale, c.StepBack(seen), CAROL) == f"<@U0BOB> was faster: Not sure. {MOVED_ON}"


def test_who_went_back_was_faster_too() -> None:
    """The one who moved last is named, not the one who chose before."""
    tale = begun()
    go(tale, "c1", by=BOB)
    seen = walk(tale).step
    tale.do(c.StepBack(seen), CAROL)
    assert refused(tale, c.Choose(seen, "k1", "Go on")) == f"<@U0CAROL> was faster: Back. {MOVED_ON}"


def test_a_way_that_is_not_there() -> None:
    """A target or a label that this node has not is refused, also when each by itself would fit."""
    tale = begun()
    words = "That way does not lead on from here any more; the runbook in the room shows what does."
    for to, label in (("x1", ""), ("c1", "Not sure"), ("c2", "Wrong or made up"), ("nowhere", "")):
        assert refused(tale, c.Choose(walk(tale).step, to, label)) == words


def test_no_runbook_is_open() -> None:
    """A click without a runbook says how to open one."""
    for command in (c.Choose(1, "c1"), c.StepBack(1)):
        assert refused(at_work(), command) == "No runbook is open here: `/incident runbook`."


# Back


def test_back_takes_one_decision_back() -> None:
    """It is an event too; the decision leaves the path, and the screen counts on."""
    tale = begun()
    go(tale, "c1")
    go(tale, "k1", "Go on")
    told = tale.do(c.StepBack(walk(tale).step), BOB)
    assert told.events == (e.RunbookBack("quality_regression", "k1", "c1"),)
    assert (at(tale), walk(tale).step, [went.node for went in walk(tale).path]) == (
        ("quality_regression", "c1"), 4, ["q1"],
    )  # fmt: skip
    tale.do(c.StepBack(walk(tale).step))
    assert (at(tale), walk(tale).path) == (("quality_regression", "q1"), ())
    assert refused(tale, c.StepBack(walk(tale).step)) == "This is where the runbook begins."


# Lists of targets


def test_a_list_of_targets_leads_to_the_first_that_was_not_tried() -> None:
    """No better after the first containment: the next; when all were tried, the last of the list. Going back forgets
    no try."""
    tale = begun()
    for to, label in (("c1", ""), ("k1", "Go on"), ("c2", "The same"), ("k1", "Go on")):
        go(tale, to, label)
    assert refused(tale, c.Choose(walk(tale).step, "c2", "The same")).startswith("That way does not lead on")
    go(tale, "e1", "The same")
    assert walk(tale).tried == ("q1", "c1", "c2", "k1")
    go(tale, "x1", "Called")
    tale.do(c.StepBack(walk(tale).step))
    tale.do(c.StepBack(walk(tale).step))
    assert at(tale) == ("quality_regression", "k1")
    go(tale, "e1", "The same")


WAYS = {
    "q1": (("Wrong or made up", "c1"), ("It leaks", "tree:security"), ("Not sure", "c2")),
    "c1": (("Go on", "k1"), ("None of these", "c2")),
    "k1": (("Better", "x1"), ("The same", "c2"), ("Worse", "c2")),
    "d1": (("Done", "k1"), ("Cannot be done", "e1")),
    "e1": (("Called", "k1"),),
    "x1": (),
}
"""Node → what stands on its buttons, and where each leads while nothing was tried."""


@pytest.mark.parametrize("id", WAYS)
def test_every_way_on_has_its_button(id: str) -> None:
    """Questions show their choices; pulls, checks, deeds and calls say in a word how it went."""
    assert ways(next(one for one in NODES if one.id == id)) == WAYS[id]


def test_what_was_tried_is_passed_over() -> None:
    """The first of a list that is not tried; the last when all are."""
    k1 = next(one for one in NODES if one.id == "k1")
    assert dict(ways(k1, ("c2",)))["The same"] == "e1"
    assert dict(ways(k1, ("c2", "e1")))["The same"] == "e1"
    assert dict(ways(Node("n", "call", "x", then=("a", "b", "c")), ("b", "a")))["Called"] == "c"


# Other trees


def test_a_choice_can_lead_into_another_tree() -> None:
    """What was decided stays with the tree in which it was; into security the class goes along, and its doors close."""
    tale = begun()
    told = go(tale, "tree:security", "It leaks", BOB)
    assert told.events == (
        e.RunbookChose("quality_regression", "q1", "It leaks", "q1"),
        e.Changed("klass", "security", "quality_regression"),
        e.Restricted("class Security"),
        e.RunbookOpened("security", "q1"),
    )
    assert (at(tale), tale.incident.klass, tale.incident.restricted) == (("security", "q1"), "security", True)
    assert [went.said for went in tale.incident.walks[0].path] == ["It leaks"]
    back = tale.do(c.StepBack(walk(tale).step), CAROL)
    assert back.events == (e.RunbookBack("security", "q1", "q1"), e.RunbookOpened("quality_regression", "q1"))
    assert (at(tale), tale.incident.klass) == (("quality_regression", "q1"), "security")


def test_a_late_click_of_another_tree_is_not_taken() -> None:
    """Nodes of two trees share names and labels; a click on the old screen moves nothing in the new one."""
    tale = begun()
    first = walk(tale).step
    go(tale, "tree:security", "It leaks", BOB)
    assert refused(tale, c.Choose(first, "c1", "Not sure")) == (
        f"<@U0BOB> was faster: opened the runbook security. {MOVED_ON}"
    )
    tale.do(c.OpenRunbook("quality_regression"), CAROL)
    for stale in (first, first + 1, first + 2):
        assert refused(tale, c.Choose(stale, "c2", "Not sure")).startswith("<@U0CAROL> was faster:")
    go(tale, "c2", "Not sure")


def test_a_new_class_brings_its_runbook() -> None:
    """While one is open, changing the class shows the new one's; the old keeps where it was, and goes on there."""
    tale = begun()
    go(tale, "c1")
    told = tale.do(c.FillIn((("klass", "security"),)))
    assert e.RunbookOpened("security", "q1") in told.events
    assert at(tale) == ("security", "q1")
    go(tale, "c1", "Not sure")
    back = tale.do(c.Change("klass", "quality_regression"))
    assert back.events[-1] == e.RunbookOpened("quality_regression", "c1")
    assert (at(tale), [one.node for one in tale.incident.walks]) == (("quality_regression", "c1"), ["c1", "c1"])


@pytest.mark.parametrize("klass", ["quality_regression", "provider_outage"])
def test_a_class_without_a_tree_or_the_same_one_changes_nothing(klass: str) -> None:
    """The runbook that is open stays open."""
    tale = begun()
    tale.do(c.Change("klass", klass))
    assert at(tale) == ("quality_regression", "q1")


def test_without_an_open_runbook_a_new_class_opens_none() -> None:
    """The room is not filled with what nobody asked for."""
    tale = at_work()
    tale.do(c.Change("klass", "security"))
    assert tale.incident.walks == ()


# A file that changed under it


def test_a_node_that_left_its_file() -> None:
    """A click says that no runbook is open; opening it begins anew, with what was decided still known."""
    tale = begun()
    go(tale, "c1")
    lost = tuple(one for one in NODES if one.id != "c1")
    sheet = replace(LEVERS.classes["quality_regression"], tree=tree("quality_regression", lost))
    tale.catalogue = replace(LEVERS, classes={**LEVERS.classes, "quality_regression": sheet})
    assert standing(tale.incident, tale.catalogue) is None
    assert refused(tale, c.Choose(walk(tale).step, "k1")) == "No runbook is open here: `/incident runbook`."
    tale.do(c.OpenRunbook())
    assert (at(tale), len(walk(tale).path)) == (("quality_regression", "q1"), 1)
    go(tale, "c2", "Not sure")


def test_a_tree_that_left_its_folder() -> None:
    """A way into a tree that is no more is refused, and nothing moves."""
    tale = begun()
    kept = {"quality_regression": LEVERS.classes["quality_regression"], "security": Klass("security", "Security")}
    tale.catalogue = replace(LEVERS, classes=kept)
    assert refused(tale, c.Choose(walk(tale).step, "tree:security")) == "There is no runbook `security` any more."


def test_recording_goes_on_after_the_end() -> None:
    """Where people stood is theirs to note in any phase: a click is not refused because the incident moved on."""
    tale = begun()
    tale.do(c.Dismiss("false-alarm", "nothing was wrong"))
    go(tale, "c1")
    assert (tale.incident.phase, at(tale)) == ("dismissed", ("quality_regression", "c1"))
