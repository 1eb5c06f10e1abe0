"""What the room is told of pulls and checks, each in a message of its own. Whole messages, with their buttons."""

import re

import pytest

from practice.limits import check_blocks
from stanch.core import commands as c
from stanch.core.catalogue import Catalogue
from stanch.core.check import Result
from stanch.core.control import KNOWN_GOOD
from stanch.core.incident import STANCH
from stanch.slack.messages import _about
from stanch.slack.render import Message, Render
from stanch.store.outbox import Owed
from stanch.store.templates import Templates
from tests.fakes.bot import ROOT
from tests.fakes.front import words
from tests.fakes.levers import (
    accepted,
    asking,
    at_work,
    confirmed,
    failing,
    held,
    in_effect,
    last,
    pulling,
    read,
    seen,
    undoing,
)
from tests.fakes.world import BOB, Tale
from tests.slack.test_pull_view import HOSTILE
from tests.slack.test_render import people


def kit(known: Catalogue) -> type:
    parts = {"render": Render(known, people()), "templates": Templates.read(ROOT / "message_templates")}
    return type("Kit", (), parts | {"desk": type("Desk", (), {"catalogue": known})})


def message(tale: Tale, kind: str, form: str = "") -> Message:
    """What is said about the newest entry of that kind."""
    event = next(one for one in reversed(tale.events) if one.kind == kind)
    owed = Owed(1, "key", 7, "post", "lane", {"entry": event.seq}, 1, 0.0, False, 0.0, "w", event)
    return _about(kit(tale.catalogue), tale.incident, owed, form)  # type: ignore[arg-type]


def said(tale: Tale, kind: str, form: str = "") -> list[str]:
    return words(message(tale, kind, form).blocks)


def test_in_effect_asks_whether_users_are_better_off() -> None:
    """What was seen, and the three ways to show more than that; the runbook and the way back beside them."""
    tale = at_work()
    in_effect(tale, "tool.off", "on")
    assert said(tale, "pull_effective") == [
        "✔ In effect: Tool: on → off (20 of 20).\nIn effect is not contained: are users better off?",
        "[Verify recovery]", "[Contained]", "[Open runbook]", "[Undo]",
    ]  # fmt: skip


def test_a_set_is_told_once() -> None:
    """Only its last control brings a message, which counts those that are in effect and names the others."""
    tale = at_work()
    tale.do(c.Pull(KNOWN_GOOD))
    read(tale, "v18", "latest", good=("v17", "dated"))
    confirmed(tale, last(tale))
    before = len([one for one in tale.effects if one.kind == "post"])
    failing(tale, 2, why="403")
    accepted(tale, 1)
    seen(tale, 1)
    told = [one.payload["entry"] for one in tale.effects if one.kind == "post"][before:]
    assert [tale.events[entry - 1].kind for entry in told] == ["pull_failed", "pull_effective"]
    assert said(tale, "pull_effective")[0] == (
        "✔ In effect: Prompt: v18 → v17 (20 of 20).\n"
        "1 of 2 controls of Known-good set are in effect; not: Model.\n"
        "In effect is not contained: are users better off?"
    )


def test_put_back_and_in_effect() -> None:
    """An undo does not ask whether users are better off for it."""
    tale = at_work()
    in_effect(tale, "prompt.back", "v18", "v17")
    confirmed(tale, undoing(tale, "v17"))
    accepted(tale)
    seen(tale)
    assert said(tale, "pull_effective") == [
        "✔ Put back and in effect: Prompt: v17 → v18 (20 of 20).", "[Verify recovery]",
    ]  # fmt: skip


def test_late_names_whose_control_it_is() -> None:
    """Accepted is not in effect: what was seen, and the three things to do."""
    tale = at_work()
    pulling(tale, "tool.off", "on")
    accepted(tale)
    seen(tale, effective=False, words="7 of 20 still call it")
    assert said(tale, "pull_late") == [
        "⚠ Tool: on → off was accepted, but is not in effect in its time: 7 of 20 still call it\n"
        "Something may still serve the old value. Check again, undo it, or ask @bob, whose control it is.",
        "[Check again]", "[Undo]",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("how", "text", "button"),
    [
        ({}, "✗ Failed: Tool: on → off. 403 &lt;no&gt; (request `r-9`)\n*By hand*  Tool in the console",
         "[Read again]"),
        ({"unclear": True}, "⚠ Unclear: Tool: on → off may have been applied, and nothing is sent again by itself. 403"
         " &lt;no&gt;\nLook again: that reads before anything is sent. (request `r-9`)\n"
         "*By hand*  Tool in the console", "[Look again]"),
        ({"changed": True, "found": "ask"}, "⚠ Not sent: Tool: on → off. Somebody else set it to ask meanwhile. Read"
         " it again and decide. (request `r-9`)", "[Read again]"),
    ],
)  # fmt: skip
def test_what_did_not_work(how: dict[str, object], text: str, button: str) -> None:
    """Three things that are never one: refused, unclear, changed by somebody else."""
    tale = at_work()
    pulling(tale, "tool.off", "on")
    failing(tale, why="403 <no>", request_id="r-9", **how)
    assert said(tale, "pull_failed") == [text, button]


def test_a_way_back_tells_each_step() -> None:
    """Green: on to the next, and at last all the way; red: back by itself, with what to look at."""
    tale = at_work()
    in_effect(tale, "variant.share", 100, 0)
    confirmed(tale, undoing(tale, 0))
    for _ in range(3):
        accepted(tale)
        seen(tale)
        held(tale, green=True)
    assert said(tale, "rung_held") == [
        "🟢 Held, and its checks stayed green: New version: 25 → 50 % (errors 0 %). On to 100 %.",
    ]  # fmt: skip
    accepted(tale)
    seen(tale)
    held(tale, green=True)
    assert said(tale, "rung_held") == [
        "🟢 Held to the end, and its checks stayed green: New version: 50 → 100 % (errors 0 %)."
        " It is all the way back.",
    ]  # fmt: skip


def test_a_step_that_turned_red_goes_back_by_itself() -> None:
    """What was seen, and where it goes."""
    tale = at_work()
    in_effect(tale, "variant.share", 100, 0)
    confirmed(tale, undoing(tale, 0))
    accepted(tale)
    seen(tale)
    held(tale, green=False, words="errors 9 %")
    assert said(tale, "rung_held") == [
        "🔴 A check turned red while this was held: New version: 0 → 5 % (errors 9 %). Back to 0 %, by itself.",
        "[Verify recovery]", "[Open runbook]",
    ]  # fmt: skip


def measured(tale: Tale, *results: Result) -> None:
    tale.do(c.ReportChecks(0, results), STANCH)


def test_what_was_measured() -> None:
    """A line for each check with its verdict and its figure; green leads on, red to the runbook, else look closer."""
    tale = at_work()
    tale.do(c.Mitigate())
    measured(tale, Result("errors", "green", "0.2 %"))
    assert said(tale, "checked") == [
        "🔎 Measured for Support copilot:\n✔ Errors: green, 0.2 %", "[Contained]", "[Verify recovery]",
    ]  # fmt: skip
    measured(tale, Result("errors", "red", "9 % <b>"), Result("latency", "unknown", "too few"))
    assert said(tale, "checked") == [
        "🔎 Measured for Support copilot:\n✗ Errors: red, 9 % &lt;b&gt;\n? Latency: unknown, too few",
        "[Open runbook]", "[Verify recovery]",
    ]  # fmt: skip


def test_it_came_back_calls_the_people() -> None:
    """Everybody with a seat is mentioned: a check that was green turned red while it was watched."""
    tale = at_work()
    tale.do(c.Mitigate())
    tale.do(c.RunChecks(("errors",), 30, on_call=True))
    asked = tale.incident.seq
    tale.do(c.ReportChecks(asked, (Result("errors", "green", "0 %"),), False), STANCH)
    tale.do(c.ReportChecks(asked, (Result("errors", "red", "9 %"),), False), STANCH)
    assert said(tale, "came_back") == [
        "🔴 It came back: Errors: 9 %\n<@U0ALICE> <@U0BOB> <@U0CAROL> contain first.",
        "[Open runbook]", "[Verify recovery]",
    ]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_the_longest_messages_stay_within_slacks_limits(text: str) -> None:
    """150 checks and the longest words of a plane: Slack takes each message, and nobody is called by it."""
    long = text * (900 // len(text) + 1)
    tale = at_work("SEV1")
    for how in ({}, {"unclear": True}, {"changed": True, "found": long[:200]}):
        pulling(tale, "tool.off", "on")
        failing(tale, why=long, request_id="r" * 100, **how)
        tale.do(c.ReportReading(last(tale).p, ()), STANCH)
    in_effect(tale, "model.back", "latest", "dated")
    asking(tale, "secret.rotate", "old")
    tale.do(c.Confirm(last(tale).p), BOB)
    measured(tale, *(Result(f"k{n}", "red", long) for n in range(150)))
    for kind in ("pull_failed", "pull_effective", "pull_seconded", "checked"):
        found = message(tale, kind)
        check_blocks(list(found.blocks))
        assert not re.search(r"<!(channel|here|everyone)", str(found.blocks))
        assert len(found.text) <= 4_000
    assert said(tale, "checked")[0].splitlines()[-1].endswith("more, on the card and in the timeline")
