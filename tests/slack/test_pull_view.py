"""A pull in the room: before and after, who may, what it risks; then what became of it. Whole messages."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from practice.limits import check_blocks
from stanch.core import commands as c
from stanch.core.catalogue import Catalogue
from stanch.core.check import Result
from stanch.core.control import KNOWN_GOOD, Aim, Control, Values
from stanch.core.incident import STANCH
from stanch.slack.render import Message, Render
from stanch.slack.views import draw
from tests.fakes.front import words
from tests.fakes.levers import (
    LEVERS,
    accepted,
    aim,
    asking,
    at_work,
    confirmed,
    control,
    failing,
    held,
    in_effect,
    last,
    pulling,
    read,
    seen,
    undoing,
)
from tests.fakes.world import BOB, NOW, Tale
from tests.slack.test_render import PINGS, marked, people

DATE = re.compile(r"<!date\^(\d+)\^[^|]*\|[^>]*>")


def drawn(tale: Tale, view: str = "", after: timedelta = timedelta()) -> Message:
    """As it is drawn `after` so much time; default: the last pull."""
    found = draw(Render(tale.catalogue, people()), tale.incident, view or f"pull/{last(tale).p}", tale.now + after)
    assert found is not None
    return found


def timed(text: str) -> str:
    """Each moment as the seconds since the incident was declared."""
    return DATE.sub(lambda m: f"+{int(m[1]) - int(NOW.timestamp())}s", text)


def lines(tale: Tale, view: str = "", after: timedelta = timedelta()) -> list[str]:
    return [timed(text) for text in words(drawn(tale, view, after).blocks)]


def test_it_is_being_read() -> None:
    """From the first second the message stands, and can be cancelled."""
    tale = at_work()
    tale.do(c.Pull("prompt.back", "v17"))
    assert lines(tale) == ["*Prompt* · pull 1 · asked by @alice +5s", "Reading how it stands now …", "[Cancel]"]


def test_it_could_not_be_read() -> None:
    """The plane's fault is told, with how to do the same by hand; nothing was sent."""
    tale = at_work()
    tale.do(c.Pull("prompt.back", "v17"))
    tale.do(c.ReportReading(1, (c.ReadStep("prompt.back", fault="practice answered <html>"),)), STANCH)
    assert lines(tale)[1:] == [
        "It could not be read, and nothing was sent: Prompt: practice answered &lt;html&gt;\n"
        "*By hand*  Prompt in the console",
        "[Read again]", "[Cancel]",
    ]  # fmt: skip


def test_no_value_is_named() -> None:
    """Where the file names none, the person is asked for one of those that may be sent."""
    tale = at_work()
    tale.do(c.Pull("prompt.back"))
    read(tale, "v18")
    assert lines(tale)[1:] == ["To which value? It takes v18, v17 or v16.", "[Choose a value…]", "[Cancel]"]


def test_it_stands_there_already() -> None:
    """Nothing is sent where there is nothing to move."""
    tale = at_work()
    tale.do(c.Pull("tool.off"))
    read(tale, "off")
    assert lines(tale)[1:] == [
        "It stands where it should already; nothing was sent.", "[Read again]", "[Another value…]",
    ]  # fmt: skip


def cautious() -> Catalogue:
    """A control that says what to watch out for, and what it goes with."""
    one = replace(LEVERS.controls["tool.off"], watch_out="jobs that run keep <it>", pairs_with="agent.stop")
    return replace(LEVERS, controls={**LEVERS.controls, "tool.off": one})


def test_before_and_after_of_what_does_less() -> None:
    """One person may; the way back takes two; what to watch out for and what it goes with are said before."""
    tale = at_work()
    tale.catalogue = cautious()
    asking(tale, "tool.off", "on")
    assert lines(tale) == [
        "*Tool* · pull 1 · asked by @alice +5s",
        "does Tool\nNow *on*   →   will be *off*\n"
        "Takes effect within 30 s. Undo: back to on, which does *more* again and takes two people.",
        "This makes the system do *less*: you may do it alone.",
        "*Watch out*  jobs that run keep &lt;it&gt;\n*Goes with*  agent.stop",
        "[Pull it]", "[Dry run]", "[Another value…]", "[Cancel]",
    ]  # fmt: skip


def test_before_and_after_of_what_is_put_back() -> None:
    """Back to a recorded value: one person, and one click back."""
    tale = at_work()
    tale.do(c.Pull("prompt.back", "v17"))
    read(tale, "v18", good=("v17",), detail={"changed_at": "13:51", "changed_by": "<deploy-bot>"})
    assert lines(tale)[1:3] == [
        "does Prompt\nNow *v18* (13:51, &lt;deploy-bot&gt;)   →   will be *v17*\n"
        "Takes effect within 75 s. Undo: one click, back to v18.",
        "This puts it *back*: you may do it alone.",
    ]


def test_more_asks_a_second_person() -> None:
    """The button says so; after that the message says who waits, and since when and until when."""
    tale = at_work("SEV2")
    asking(tale, "secret.rotate", "old")
    assert lines(tale)[2:4] == ["This does *more*: a second person has to agree.", "[Ask a second person]"]
    tale.do(c.Confirm(1))
    wants = "This does *more*: a second person has to agree.\n@alice wants it (+7s)."
    assert lines(tale)[2:] == [
        f"{wants} If nobody answers, they may break the glass at +307s.", "[Agree]", "[Dry run]", "[Cancel]",
    ]  # fmt: skip
    assert lines(tale, after=timedelta(minutes=5))[2:] == [
        f"{wants} Nobody answered: they may break the glass, with a reason.",
        "[Agree]", "[Break the glass…]", "[Dry run]", "[Cancel]",
    ]  # fmt: skip


@pytest.mark.parametrize(("severity", "control"), [("SEV3", "secret.rotate"), ("SEV1", "capture.window")])
def test_where_no_glass_is_to_be_broken(severity: str, control: str) -> None:
    """At SEV3, or for a control whose file forbids it, the request stays open and no such button ever comes."""
    tale = at_work(severity)
    asking(tale, control, {"secret.rotate": "old", "capture.window": "closed"}[control])
    tale.do(c.Confirm(1))
    assert lines(tale, after=timedelta(hours=9))[2:] == [
        "This does *more*: a second person has to agree.\n@alice wants it (+7s). The request stays open.",
        "[Agree]", "[Dry run]", "[Cancel]",
    ]  # fmt: skip


def test_undoing_a_less_in_security_names_the_commander() -> None:
    """What is needed beside the second person is said before anybody clicks."""
    tale = at_work(klass="security")
    in_effect(tale, "tool.off", "on")
    undoing(tale, "off")
    assert lines(tale) == [
        "*Undo of mitigation 1: Tool* · pull 2 · asked by @alice +11s",
        "Now *off*   →   will be *on*\nTakes effect within 30 s.",
        "This does *more*: a second person has to agree. One of the two has to be the commander, @alice,"
        " and a check has to be green since.",
        "So it stood before this was pulled. Is what hurt users mended?",
        "[Ask a second person]", "[Dry run]", "[Cancel]",
    ]  # fmt: skip


def test_accepted_is_not_effective() -> None:
    """In place: saving, sending, accepted and until when, in effect and by what it was seen."""
    tale = at_work()
    asking(tale, "tool.off", "on")
    tale.do(c.Confirm(1))
    head, by = "*Tool* · pull 1 · asked by @alice +5s", "Pulled by @alice +7s"
    assert lines(tale) == [head, "on → *off*\n… saving the settings first", by, "The settings are being saved."]
    tale.do(c.ReportSaved(1, {}, ("index",), ("logs",)), STANCH)
    saved = "The service's settings were saved before. Not saved: index. Evidence held: logs."
    assert lines(tale) == [head, "on → *off*\n… sending", by, saved]
    accepted(tale)
    by += " · request `r-1`"
    assert lines(tale)[:4] == [head, "on → *off*\n… accepted +9s · waiting for effect until +39s", by, saved]
    seen(tale)
    assert lines(tale) == [head, "on → *off*\n✔ in effect: 20 of 20", by, saved, "[Undo]"]


def test_not_effective_in_its_time() -> None:
    """The honest middle: accepted, and what was seen instead."""
    tale = at_work()
    pulling(tale, "tool.off", "on")
    accepted(tale)
    seen(tale, effective=False, words="7 of 20 still call it")
    assert lines(tale)[1] == "on → *off*\n⚠ accepted, but not in effect in its time: 7 of 20 still call it"
    assert lines(tale)[-2:] == ["[Check again]", "[Undo]"]


@pytest.mark.parametrize(
    ("how", "said", "buttons"),
    [
        ({}, "✗ failed: 403 &lt;no&gt;", ["[Read again]"]),
        ({"unclear": True}, "⚠ unclear, it may have been applied: 403 &lt;no&gt;", ["[Look again]", "[Undo]"]),
        ({"changed": True, "found": "ask"},
         "⚠ somebody else set it to ask meanwhile, so nothing was sent. Read it again and decide.", ["[Read again]"]),
    ],
)  # fmt: skip
def test_what_did_not_work(how: dict[str, object], said: str, buttons: list[str]) -> None:
    """Failed, unclear and changed by somebody else are three things, each with what can be done."""
    tale = at_work()
    pulling(tale, "tool.off", "on")
    failing(tale, why="403 <no>", request_id="r-9", **how)
    assert lines(tale)[1:] == [
        f"on → *off*\n{said}", "Pulled by @alice +7s · request `r-9`", "The service's settings were saved before.",
        *buttons,
    ]  # fmt: skip


def test_two_people_and_a_broken_glass_stand_there() -> None:
    """Who wanted it and who agreed; or who went on alone, and why."""
    tale = at_work()
    confirmed(tale, asking(tale, "secret.rotate", "old"))
    assert lines(tale)[2] == "Pulled by @bob +8s, asked for by @alice: both agreed"
    alone = at_work()
    asking(alone, "secret.rotate", "old")
    alone.do(c.Confirm(1))
    alone.do(c.Confirm(1, "the key is <public>", on_call=True), after=timedelta(minutes=6))
    assert lines(alone)[2] == "Pulled by @alice +367s, alone, breaking the glass: the key is &lt;public&gt;"


def test_a_set_shows_each_of_its_controls() -> None:
    """One line a control before, two after; one that cannot be read is named; each has its own way back."""
    tale = at_work()
    tale.do(c.Pull(KNOWN_GOOD))
    read(tale, "v18", "latest", good=("v17", "dated"))
    assert lines(tale)[1] == (
        "• Prompt  v18 → *v17*\n• Model  latest → *dated*\nTakes effect within 75 s. Undo: one click, each control by"
        " itself."
    )
    confirmed(tale, last(tale))
    accepted(tale, 1)
    seen(tale, 1)
    assert lines(tale)[1] == (
        "*Prompt*  v18 → *v17*\n✔ in effect: 20 of 20 (request `r-1`)\n*Model*  latest → *dated*\n… sending"
    )
    assert lines(tale)[-1] == "[Undo: Prompt]"
    accepted(tale, 2)
    seen(tale, 2)
    assert lines(tale)[-1] == "<Undo one of them>"


def test_a_way_back_in_steps() -> None:
    """Before: the first step and where it ends. While it is held: that it is, and towards what."""
    tale = at_work()
    in_effect(tale, "variant.share", 100, 0)
    undoing(tale, 0)
    assert lines(tale)[1] == (
        "Now *0 %*   →   will be *5 %*, then step by step to *100 %*, each held and checked\nTakes effect within 30 s."
    )
    confirmed(tale, last(tale))
    accepted(tale)
    seen(tale)
    assert lines(tale)[1] == "0 % → *5 %*\n✔ in effect: 20 of 20 · held and checked on the way to 100 %"
    held(tale, green=True)
    assert lines(tale)[1] == "5 % → *25 %*\n… sending"


def test_what_was_pulled_says_that_it_is_put_back() -> None:
    """Its own message offers no undo any more."""
    tale = at_work()
    in_effect(tale, "prompt.back", "v18", "v17")
    confirmed(tale, undoing(tale, "v17"))
    accepted(tale)
    seen(tale)
    assert lines(tale, "pull/1")[1:] == [
        "v18 → *v17*\n✔ in effect: 20 of 20\n↩ put back since", "Pulled by @alice +7s · request `r-1`",
        "The service's settings were saved before.",
    ]  # fmt: skip


def test_cancelled_is_one_line() -> None:
    """And it has no buttons."""
    tale = at_work()
    asking(tale, "tool.off", "on")
    tale.do(c.CancelPull(1))
    assert lines(tale)[1:] == ["Cancelled; nothing was sent."]


def test_a_phone_that_is_locked_shows_nothing_of_a_restricted_pull() -> None:
    """The notification of a restricted incident is the stub."""
    tale = at_work(klass="security")
    asking(tale, "tool.off", "on")
    assert drawn(tale).text == "🔒 INC-7 · restricted · commander @alice"
    assert drawn(at_work_with_tool()).text == "Tool: before and after; confirm it"


def at_work_with_tool() -> Tale:
    tale = at_work()
    asking(tale, "tool.off", "on")
    return tale


HOSTILE = ("<!channel> <@U0BOB> & `code` *bold* ", "&&&&&&&&&&", "🏳️‍🌈", "العربية ", "a\nb\n", "words ")


def thirty_two(text: str) -> Catalogue:
    """As many controls as the starter catalogue, each with everything as long as it can be, and longer."""
    long = text * (600 // len(text) + 1)
    numbers = Values(low=0, high=10**12, unit=long[:80])

    def one(n: int) -> Control:
        known: Aim = aim(numbers, 1, known_good=True)
        plain = control(f"c{n}", long[:30], "back", known)
        return replace(plain, does=long, watch_out=long, pairs_with=long, by_hand=long, owner=long[:60])

    controls = {one.id: one for one in (LEVERS.controls[KNOWN_GOOD], *(one(n) for n in range(32)))}
    return replace(LEVERS, controls=controls)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_set_of_32_stays_within_slacks_limits(text: str) -> None:
    """Before and after, and whatever became of it: Slack takes each drawing, none of its 32 controls is left out, and
    nobody is pinged."""
    long = text * (600 // len(text) + 1)
    tale = at_work("SEV1")
    tale.catalogue = thirty_two(text)
    tale.do(c.Pull(KNOWN_GOOD))
    detail = {"changed_by": long, "changed_at": long}
    read(tale, *range(10**11, 10**11 + 32), good=tuple(range(32)), detail=detail)
    drawings = [drawn(tale)]
    confirmed(tale, last(tale))
    for s in range(1, 33):
        if s % 4:
            accepted(tale, s)
        if s % 4 == 1:
            seen(tale, s, words=long)
        elif s % 4 == 2:
            seen(tale, s, effective=False, words=long)
        elif not s % 4:
            failing(tale, s, why=long, request_id="r" * 80, unclear=s % 8 == 0)
    drawings.append(drawn(tale))
    for message in drawings:
        check_blocks(list(message.blocks))
        assert not PINGS.search(marked(message.blocks))
        assert marked(message.blocks).count(" → *") == 32


def test_every_view_that_is_not_there_is_none() -> None:
    """A name that means nothing here draws nothing."""
    tale = at_work()
    render = Render(LEVERS, people())
    for view in ("pull/1", "pull/x", "sample/1", "runbook/1", "dance/1", ""):
        assert draw(render, tale.incident, view, tale.now) is None


def test_on_the_card_what_was_pulled_says_what_is_seen() -> None:
    """State and proof of each mitigation that was pulled from here; of one by hand, its state."""
    tale = at_work()
    in_effect(tale, "tool.off", "on")
    tale.do(c.Applied("route back"), BOB)
    pulling(tale, "variant.share", 50, 0)
    accepted(tale)
    assert Render(LEVERS, people()).mitigations(tale.incident) == (
        "✔ 1 Tool: on → off (in effect: 20 of 20)\n"
        "… 2 route back (applied)\n"
        "… 3 New version: 50 → 0 % (accepted, waiting for effect)"
    )


def test_the_card_says_when_a_check_is_older_than_the_last_pull() -> None:
    """What was measured before something moved is no proof of how it is now."""
    tale = at_work()
    tale.do(c.ReportChecks(0, (Result("errors", "green", "0 %"), Result("latency", "red", "8 s"))), STANCH)
    card = Render(LEVERS, people()).card(tale.incident)
    assert "*Checks*  ✔ Errors · ✗ Latency (+5s)" in [timed(text) for text in words(card.blocks)]
    pulling(tale, "tool.off", "on")
    card = Render(LEVERS, people()).card(tale.incident)
    assert "*Checks*  ✔ Errors · ✗ Latency (+5s, before the last pull)" in [timed(text) for text in words(card.blocks)]


def test_it_stands_at_the_value_that_was_asked_for() -> None:
    """Where a value was named, it is said; an undo that finds it there says how to settle the mitigation."""
    tale = at_work()
    tale.do(c.Pull("tool.off", "ask"))
    read(tale, "ask")
    assert lines(tale)[1] == "It stands at *ask* already; nothing was sent."
    undone = at_work()
    in_effect(undone, "prompt.back", "v18", "v17")
    undoing(undone, "v18")
    assert lines(undone)[1] == ("It stands at *v18* already; nothing was sent. It is back then: `/incident removed 1`.")
