"""Messages of Slack in the timeline: once each, with their own time, author and link, and what becomes of them."""

from datetime import datetime, timedelta

import pytest

from stanch.core import commands as c, events as e
from stanch.core.describe import describe
from tests.fakes.world import ALICE, BOB, CAROL, NOW, Tale, called, opened

LINK = "https://practice.slack.com/archives/C0ROOM/p1795316400000100"


def message(text: str = "the EU answers are wrong", **facts: object) -> c.Capture:
    """A message that bob wrote half an hour before the incident, kept by alice."""
    given: dict[str, object] = {
        "channel": "C0ROOM", "ts": "1795316400.000100", "author": BOB, "text": text, "link": LINK,
        "at": NOW - timedelta(minutes=30), "pinned_by": ALICE, **facts,
    }  # fmt: skip
    return c.Capture(**given)  # type: ignore[arg-type]


def captured(tale: Tale) -> list[str]:
    return [event.kind for event in tale.events if event.kind.startswith("capture")]


def test_a_message_has_its_own_time_and_author() -> None:
    """It happened when it was written, and it is its author's; when it was recorded, and who kept it, stand beside."""
    tale = opened()
    decision = tale.do(message())
    assert decision.say == f"In the timeline of INC-7, as entry {tale.incident.seq}, with its own time."
    event = tale.events[-1]
    assert (event.at, event.recorded_at, event.by) == (NOW - timedelta(minutes=30), tale.now, BOB)
    assert describe(event, called) == f"said: the EU answers are wrong ({LINK}, kept by @alice)"


def test_it_is_taken_in_once() -> None:
    """By pin or by shortcut, in any order, by anybody, however often: one entry, and its number is the answer."""
    tale = opened()
    first = tale.do(c.Pin("C0ROOM", "1795316400.000100", CAROL), CAROL)
    assert [(one.kind, one.key, one.payload["by"]) for one in first.effects] == [
        ("capture", "inc-7/capture/C0ROOM/1795316400.000100", CAROL)
    ]
    tale.do(message())
    entry = tale.incident.seq
    for again in (message(pinned_by=CAROL), message("edited meanwhile"), c.Pin("C0ROOM", "1795316400.000100", BOB)):
        decision = tale.do(again, CAROL)
        assert (decision.events, decision.effects) == ((), ())
        assert decision.say == f"It is entry {entry} of INC-7 already."
    assert captured(tale) == ["captured"]


def test_two_pins_of_a_message_owe_one_reading() -> None:
    """The key is the message's: a second pushpin before it was read owes nothing new."""
    tale = opened()
    keys = {
        effect.key for by in (ALICE, BOB) for effect in tale.do(c.Pin("C0ROOM", "1795316400.000100", by), by).effects
    }
    assert len(keys) == 1


def test_the_same_moment_elsewhere_is_another_message() -> None:
    """A ts is unique in its channel only."""
    tale = opened()
    tale.do(message())
    tale.do(message(channel="C0GENERAL"))
    assert captured(tale) == ["captured", "captured"]


@pytest.mark.parametrize(
    ("at", "kept"),
    [(NOW - timedelta(days=3), NOW - timedelta(days=3)), (NOW + timedelta(days=3), None)],
    ids=["long before", "by a clock that is ahead"],
)
def test_a_message_never_comes_from_the_future(at: datetime, kept: datetime | None) -> None:
    """A time before the incident is kept as it is; one that has not come yet is now."""
    tale = opened()
    tale.do(message(at=at))
    assert tale.events[-1].at == (kept or tale.now)


def test_a_captured_message_is_data() -> None:
    """Secrets go before it is stored, pings stay words, and 10,000 characters are cut with the link to the rest."""
    tale = opened()
    tale.do(message("<!everyone> Bearer abcdef1234567890abcdef " + "x" * 10_000))
    payload = tale.events[-1].payload
    assert payload is not None
    assert payload["text"].startswith("<!everyone> Bearer [redacted: bearer token] xxx")
    assert (len(payload["text"]), payload["text"][-1], payload["link"]) == (5_000, "…", LINK)


def test_a_message_without_words_has_some() -> None:
    """A picture alone is an entry too."""
    tale = opened()
    tale.do(message("  "))
    assert tale.incident.captured[0].text == "(no text)"


def test_a_bot_without_a_user_is_kept_by_who_kept_it() -> None:
    """A message that has no author to name stands under the name of who put it there."""
    tale = opened()
    tale.do(message(author=""), CAROL)
    assert tale.events[-1].by == CAROL


def test_an_edit_is_one_event() -> None:
    """What a captured message says now is an entry of its own; the one before stays readable."""
    tale = opened()
    tale.do(message())
    entry = tale.incident.seq
    edit = c.ReportEdit("C0ROOM", "1795316400.000100", "the EU and US answers are wrong")
    decision = tale.do(edit, BOB)
    assert decision.events == (e.CaptureEdited(entry, "the EU and US answers are wrong"),)
    assert decision.effects == ()
    assert tale.do(edit, BOB).events == ()
    assert tale.incident.captured[0].text == "the EU and US answers are wrong"
    assert tale.events[entry - 1].payload["text"] == "the EU answers are wrong"  # type: ignore[index]


def test_a_preview_is_no_edit() -> None:
    """Slack reports a change for every preview that it adds to a link: the same words are no event."""
    tale = opened()
    tale.do(message())
    assert tale.do(c.ReportEdit("C0ROOM", "1795316400.000100", "the EU answers are wrong"), BOB).events == ()


def test_a_long_message_that_was_not_edited_is_no_edit() -> None:
    """What was cut or redacted when it was kept is compared as it was kept."""
    text = "key Bearer abcdef1234567890abcdef " + "y" * 10_000
    tale = opened()
    tale.do(message(text))
    assert tale.do(c.ReportEdit("C0ROOM", "1795316400.000100", text), BOB).events == ()


def test_a_deletion_is_one_event_and_the_last() -> None:
    """That a captured message was deleted is recorded once; its words stay, and later edits of it cannot be."""
    tale = opened()
    tale.do(message())
    entry = tale.incident.seq
    gone = c.ReportEdit("C0ROOM", "1795316400.000100", None)
    assert tale.do(gone, BOB).events == (e.CaptureDeleted(entry),)
    assert tale.do(gone, BOB).events == ()
    assert tale.do(c.ReportEdit("C0ROOM", "1795316400.000100", "new words"), BOB).events == ()
    assert (tale.incident.captured[0].text, tale.incident.captured[0].deleted) == ("the EU answers are wrong", True)


def test_edits_of_what_nobody_kept_are_nothing() -> None:
    """What is merely said is said."""
    tale = opened()
    for text in ("other words", None):
        assert tale.do(c.ReportEdit("C0ROOM", "1795316400.000200", text), BOB).events == ()


def test_taking_in_shows_on_the_message_and_nowhere_else() -> None:
    """A small sign is owed on the message; the card does not change for it."""
    decision = opened().do(message())
    assert [(one.kind, one.payload) for one in decision.effects] == [
        ("mark", {"channel": "C0ROOM", "ts": "1795316400.000100"})
    ]
