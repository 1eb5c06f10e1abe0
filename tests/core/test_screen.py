"""One step of a runbook as a person reads it on a phone."""

from hypothesis import given, strategies as st

from stanch.core import screen
from stanch.core.catalogue import Klass
from stanch.core.runbook import Choice, Node

QUALITY = Klass("quality_regression", "Quality regression")
QUESTION = Node(
    "q2",
    "ask",
    "What changed before it began?",
    look=("each change, minutes before the start, and who made it",),
    choices=(Choice("Prompt, model or settings", "c1"), Choice("Not sure", "c1")),
)


def test_a_question_is_shown_with_what_was_decided_before() -> None:
    """Class and step, the decisions, the question, what to look at, the choices, the way back: wrapped for a phone."""
    before = ["What is wrong? Wrong or made up, said by alice at 14:03"]
    assert screen.lines(QUALITY, QUESTION, 2, 6, before) == [
        "Quality regression · step 2 of about 6",
        "✓ What is wrong? Wrong or made up, said by…",
        "What changed before it began?",
        "• each change, minutes before the start, and",
        "  who made it",
        "▸ Prompt, model or settings",
        "▸ Not sure",
        "Back · More",
    ]


def test_controls_and_checks_have_the_names_that_people_use() -> None:
    """By id where nobody has named them."""
    pull = Node("c1", "pull", "Less work.", controls=("tool.off", "tokens.cap"), then=("k1",), cannot=("e1",))
    names = {"tool.off": "Tool off"}
    assert screen.lines(QUALITY, pull, 3, 6, (), names)[2:] == [
        "▸ Tool off",
        "▸ tokens.cap",
        "None of these · Back · More",
    ]
    check = Node("k1", "check", "Better?", by=("sample",), better=("x1",), same=("c1",), worse=("c1",))
    assert screen.lines(QUALITY, check, 4, 6, (), {"sample": "Sample and judge"})[2:] == [
        "▸ Sample and judge",
        "Better · The same · Worse · Back · More",
    ]


def test_of_many_decisions_the_last_are_shown() -> None:
    """Three lines at most: those before are counted, the newest stands last."""
    assert screen.remembered(["one", "two", "three"]) == ["✓ one", "✓ two", "✓ three"]
    assert screen.remembered(["one", "two", "three", "four", "five"]) == ["✓ 3 earlier steps", "✓ four", "✓ five"]


def test_more_steps_than_usual_raise_the_number() -> None:
    """Nobody reads "step 8 of about 6"."""
    assert screen.header(QUALITY, 8, 6) == "Quality regression · step 8 of about 8"


TEXT = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "Zs")), min_size=1, max_size=200)


@given(name=TEXT, text=TEXT, look=st.lists(TEXT, max_size=4), labels=st.lists(TEXT, max_size=6), before=st.lists(TEXT))
def test_no_line_is_longer_than_a_phone_is_wide(
    name: str, text: str, look: list[str], labels: list[str], before: list[str]
) -> None:
    """Whatever the team wrote, and however many decisions came before: so a screen of 18 lines fits a Slack section."""
    choices = tuple(Choice(label, "c1") for label in labels)
    node = Node("q1", "ask", text, look=tuple(look), choices=choices)
    shown = screen.lines(Klass("zebra", name), node, 3, 6, before)
    assert max(map(len, shown)) <= screen.WIDTH
    assert screen.WIDTH * screen.LINES + screen.LINES < 3_000
