"""A runbook in the room: only where people stand, what was decided before, what can be done. Whole messages."""

from dataclasses import replace
from typing import Any

import pytest

from practice.limits import check_blocks
from stanch.core import commands as c
from stanch.core.catalogue import Catalogue
from stanch.core.chain import stamp
from stanch.core.check import Check, Result
from stanch.core.control import Control
from stanch.core.incident import STANCH
from stanch.core.runbook import Choice, Node
from stanch.core.walk_effects import runbook
from stanch.core.walks import Walk, Went
from stanch.slack.render import Message, Render
from stanch.slack.views import draw
from stanch.store import catalogue as files
from tests.fakes.bot import ROOT
from tests.fakes.front import words
from tests.fakes.levers import CLASSES, LEVERS, at_work, confirmed, in_effect, measured, tree, undoing
from tests.fakes.world import BOB, NOW, Tale
from tests.slack.test_pull_view import HOSTILE, timed
from tests.slack.test_render import PINGS, marked, people


def drawn(tale: Tale, view: str = "") -> Message:
    found = draw(Render(tale.catalogue, people()), tale.incident, view or runbook(tale.incident), tale.now)
    assert found is not None
    return found


def lines(tale: Tale, view: str = "") -> list[str]:
    return [timed(text) for text in words(drawn(tale, view).blocks)]


def buttons(tale: Tale) -> dict[str, Any]:
    """Label → button."""
    return {
        one["text"]["text"]: one
        for block in drawn(tale).blocks
        for one in block.get("elements", ())
        if one["type"] == "button"
    }


def walked(*ways: str, **facts: Any) -> Tale:
    """The runbook was opened, and bob chose each of these targets."""
    tale = at_work(**facts)
    tale.do(c.OpenRunbook())
    for to in ways:
        tale.do(c.Choose(tale.incident.walks[-1].step, to), BOB)
    return tale


def test_it_begins_with_its_question() -> None:
    """The question and its choices; none leads, and there is nothing to go back to."""
    tale = walked()
    assert lines(tale) == [
        "*Quality regression · step 1 of about 4*", "*What is wrong?*",
        "[Wrong or made up]", "[It leaks]", "[Not sure]",
    ]  # fmt: skip
    assert not any("style" in one for one in buttons(tale).values())


def test_what_stanch_can_read_stands_beside_a_question() -> None:
    """What differs from the known-good set is fetched, not asked."""
    tale = walked()
    tale.do(c.ReportDrift((("prompt.back", "v17", "<v18>"),), stamp(NOW)), STANCH)
    assert lines(tale)[1] == ("*What is wrong?*\n*Differs from known-good*  prompt v17 → &lt;v18&gt; (green since +0s)")


def test_controls_are_pulled_from_their_step() -> None:
    """Each with what it does, which way and how fast; the first is the button; what was decided stands above."""
    tale = walked("c1")
    assert lines(tale) == [
        "*Quality regression · step 2 of about 4*", "✓ Wrong or made up (@bob, +6s)", "*The piece that changed.*",
        "*Prompt*  does Prompt _(puts it back, 75 s)_\n*Model*  does Model _(puts it back, 15 s)_",
        "[Pull: Prompt]", "[Pull: Model]", "[Go on]", "[None of these]", "[← Back]",
    ]  # fmt: skip
    assert [name for name, one in buttons(tale).items() if "style" in one] == ["Pull: Prompt"]


def test_what_is_pulled_here_says_how_it_stands() -> None:
    """In effect, or undone; then going on is the button."""
    tale = walked("c1")
    in_effect(tale, "prompt.back", "v18", "v17")
    assert lines(tale)[3].splitlines()[0] == "*Prompt* · ✔ in effect  does Prompt _(puts it back, 75 s)_"
    assert [name for name, one in buttons(tale).items() if "style" in one] == ["Go on"]
    pull = confirmed(tale, undoing(tale, "v17"))
    step = pull.steps[0]
    tale.do(c.ReportAccepted(pull.p, 1, step.turn, "r", "200", "v18"), STANCH)
    tale.do(c.ReportProof(pull.p, 1, step.turn, True, "seen"), STANCH)
    assert lines(tale)[3].splitlines()[0] == "*Prompt* · ↩ undone  does Prompt _(puts it back, 75 s)_"


def leading(*controls: str) -> Catalogue:
    """A tree whose first choice points at the last of these controls."""
    nodes = (
        Node("q1", "ask", "What?", choices=(Choice("A storm", "c1", controls[-1]), Choice("Not sure", "c1"))),
        Node("c1", "pull", "One of them.", controls=controls, then=("e1",), cannot=("e1",)),
        Node("e1", "call", "Legal and <security>.", roles=("technical", "scribe"), then=("x1",)),
        Node("x1", "end", "Done."),
    )
    klass = replace(CLASSES[0], tree=tree("quality_regression", nodes))
    return replace(LEVERS, classes={**LEVERS.classes, klass.id: klass})


def test_the_choice_before_says_which_control_leads() -> None:
    """The control that a choice points at comes first; after any other choice the file's order stands."""
    tale = at_work()
    tale.catalogue = leading("prompt.back", "tool.off")
    tale.do(c.OpenRunbook())
    tale.do(c.Choose(1, "c1", "A storm"))
    assert list(buttons(tale))[:2] == ["Pull: Tool", "Pull: Prompt"]
    tale.do(c.StepBack(2))
    tale.do(c.Choose(3, "c1", "Not sure"))
    assert list(buttons(tale))[:2] == ["Pull: Prompt", "Pull: Tool"]


def test_what_is_not_wired_is_done_by_hand_and_recorded() -> None:
    """By hand, in words, with a button that records it; what may never be pulled in this class has none."""
    tale = at_work(klass="quality_regression")
    never = replace(LEVERS.controls["alert.quiet"], never_in=("quality_regression",))
    known = leading("reranker.off", "alert.quiet")
    tale.catalogue = replace(known, controls={**known.controls, "alert.quiet": never})
    tale.do(c.OpenRunbook())
    tale.do(c.Choose(1, "c1", "Not sure"))
    assert lines(tale)[3:] == [
        "*Ranker* is not wired for this service. By hand: Ranker in the console\n"
        "*Quiet alert* is never pulled in quality_regression: its file says so.",
        "[Pulled by hand: Ranker]", "[Go on]", "[None of these]", "[← Back]",
    ]  # fmt: skip


def test_those_who_are_called_are_named() -> None:
    """The seats of the roles that are meant, else whose service it is; in plain text, which pings nobody."""
    tale = at_work()
    tale.catalogue = leading("prompt.back", "tool.off")
    tale.do(c.OpenRunbook())
    tale.do(c.Choose(1, "c1", "Not sure"))
    tale.do(c.Choose(2, "e1"))
    assert lines(tale)[2:] == [
        "*Legal and &lt;security&gt;.*\nTechnical lead: @bob · Scribe: @erin", "[Called]", "[← Back]",
    ]  # fmt: skip


def test_what_was_not_measured_is_unknown() -> None:
    """Never fine: unknown until a check ran, then its verdict, what it saw and when."""
    tale = walked("c1", "k1")
    assert lines(tale)[2:] == [
        "*Better off?*\n? Errors: unknown, not measured yet _(passes when: at most 1 %)_\n"
        "? Sample: people look _(at most 1 %)_",
        "[Verify recovery]", "[Better]", "[The same]", "[Worse]", "[← Back]",
    ]  # fmt: skip
    measured(tale, errors="red")
    tale.do(c.Judge(19, 1))
    assert lines(tale)[2] == (
        "*Better off?*\n✗ Errors: *red*, errors is red (+8s)\n⚖ Sample: 1 bad of 20 judged since the last mitigation"
    )


def test_earlier_steps_are_counted() -> None:
    """The last two decisions, under a line that counts those before."""
    tale = walked("c1", "k1", "c2", "e1")
    assert lines(tale)[1] == "✓ 2 earlier steps\n✓ The same (@bob, +8s)\n✓ None of these (@bob, +9s)"


def test_the_end_shows_the_closure_checks() -> None:
    """What has to be green before it is watched."""
    tale = walked("c1", "k1", "x1")
    assert lines(tale)[2:] == [
        "*Restore in steps.*\n? Errors: unknown, not measured yet _(passes when: at most 1 %)_\n"
        "? Sample: people look _(at most 1 %)_",
        "[Verify recovery]", "[← Back]",
    ]  # fmt: skip


def test_it_goes_on_below() -> None:
    """Where it stood before it was opened again there is one neutral line; so too after the class has changed."""
    tale = walked("c1")
    before = runbook(tale.incident)
    tale.do(c.OpenRunbook())
    assert lines(tale, before) == ["The runbook goes on below."]
    assert lines(tale)[0] == "*Quality regression · step 2 of about 4*"
    tale.do(c.OpenRunbook("security"))
    assert lines(tale)[0] == "*Security · step 1 of about 4*"


def test_a_file_that_changed_under_it() -> None:
    """A node that is no more is said so, with the way to begin anew."""
    tale = walked("c1")
    tale.catalogue = leading("tool.off")
    gone = replace(tale.incident, walks=(Walk("quality_regression", "k9"),))
    render = Render(LEVERS, people())
    message = draw(render, gone, runbook(gone), NOW)
    assert message is not None
    assert words(message.blocks) == [
        "The file of this runbook has changed under it. `/incident runbook` begins anew.",
    ]  # fmt: skip


def test_a_click_carries_what_the_person_saw() -> None:
    """Step, target and label: whatever stands there when it arrives, it means this."""
    tale = walked("c1")
    values = {label: (one["action_id"], one["value"]) for label, one in buttons(tale).items()}
    seq = tale.incident.seq
    assert values == {
        "Pull: Prompt": ("pull:start:prompt.back", f"7:{seq}:prompt.back"),
        "Pull: Model": ("pull:start:model.back", f"7:{seq}:model.back"),
        "Go on": ("walk:choose:0", "7:2:k1|Go on"),
        "None of these": ("walk:choose:1", "7:2:c2|None of these"),
        "← Back": ("walk:back", "7:2"),
    }


def test_a_closed_incident_has_nothing_to_click() -> None:
    """What was decided stays to be read."""
    tale = walked("c1")
    done = replace(tale.incident, phase="closed")
    message = draw(Render(LEVERS, people()), done, runbook(done), NOW)
    assert message is not None
    assert not [text for text in words(message.blocks) if text.startswith("[")]


def test_a_phone_that_is_locked_shows_nothing_of_a_restricted_runbook() -> None:
    """The notification is the stub."""
    assert drawn(walked(klass="security")).text == "🔒 INC-7 · restricted · commander @alice"
    assert drawn(walked()).text == "Quality regression · step 1 of about 4: What is wrong?"


# Limits


SHIPPED = files.read(ROOT)


@pytest.mark.parametrize("klass", SHIPPED.classes)
def test_every_node_of_the_shipped_runbooks_is_one_message(klass: str) -> None:
    """Each step of each of the seven trees is taken by Slack, with its ways on as buttons, for a service that is wired
    and for one that is not."""
    tale = at_work()
    tale.catalogue = SHIPPED
    tale.do(c.OpenRunbook(klass))
    found = SHIPPED.classes[klass].tree
    assert found is not None
    path = tuple(Went("q1", "Not sure", BOB, stamp(NOW)) for _ in range(9))
    for service in ("support-copilot", "unknown"):
        for node in found.nodes:
            walk = replace(tale.incident.walks[-1], node=node, path=path)
            i = replace(tale.incident, walks=(walk,), service=service)
            message = draw(Render(SHIPPED, people()), i, runbook(i), NOW)
            assert message is not None
            check_blocks(list(message.blocks))
            assert "[← Back]" in words(message.blocks)


def overflowing(text: str) -> Catalogue:
    """A tree in which every part is longer, and there is more of it, than its lint lets through."""
    long = text * (700 // len(text) + 1)
    controls: dict[str, Control] = {}
    for n in range(60):
        one = LEVERS.controls["tool.off" if n % 2 else "reranker.off"]
        controls[f"c{n}"] = replace(one, id=f"c{n}", name=long, does=long, by_hand=long)
    checks = {f"k{n}": Check(f"k{n}", long, long, by_hand=long) for n in range(150)}
    choices = tuple(Choice(f"{n} {long}", "c1") for n in range(40))
    nodes = (
        Node("q1", "ask", long, look=(long,) * 40, choices=choices),
        Node("c1", "pull", long, look=(long,) * 40, controls=tuple(controls), then=("k1",), cannot=("k1",)),
        Node("k1", "check", long, by=tuple(checks), better=("e1",), same=("e1",), worse=("e1",)),
        Node("e1", "call", long, then=("x1",)),
        Node("x1", "end", long),
    )
    klass = replace(CLASSES[0], name=long, tree=tree("quality_regression", nodes), closure=tuple(checks))
    classes = {**LEVERS.classes, klass.id: klass}
    return replace(LEVERS, classes=classes, controls=controls, checks=checks)


@pytest.mark.parametrize("text", HOSTILE)
def test_the_longest_runbook_stays_within_slacks_limits(text: str) -> None:
    """Sixty controls, 150 checks, forty choices, each as long as it can be: Slack takes each step, and nobody is
    pinged by it."""
    tale = at_work("SEV1")
    tale.catalogue = overflowing(text)
    tale.do(c.OpenRunbook())
    long = text * (300 // len(text) + 1)
    results = tuple(Result(f"k{n}", "red", long) for n in range(150))
    tale.do(c.ReportChecks(0, results), STANCH)
    tale.do(c.ReportDrift(tuple((f"c{n}", long, long) for n in range(60)), stamp(NOW)), STANCH)
    said = f"0 {text * (700 // len(text) + 1)}"
    path = tuple(Went("q1", said, BOB, stamp(NOW)) for _ in range(3))
    for node in ("q1", "c1", "k1", "e1", "x1"):
        i = replace(tale.incident, walks=(replace(tale.incident.walks[-1], node=node, path=path),))
        render = Render(tale.catalogue, people())
        stands = {id: (long, long) for id in tale.catalogue.controls}
        for message in (draw(render, i, runbook(i), NOW), render.card(i), render.controls(i, stands)):
            assert message is not None
            check_blocks(list(message.blocks))
            assert not PINGS.search(marked(message.blocks))
            assert not PINGS.search(message.text)
