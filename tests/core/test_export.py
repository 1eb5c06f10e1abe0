"""The timeline as a file and in words: for people, for tables, and harmless in both."""

import csv
import io

import pytest
from markdown_it import MarkdownIt

from stanch.core import commands as c, events as e
from stanch.core.describe import describe
from stanch.core.export import FORMATS, export, file_name, to_csv, to_json, to_markdown, verify
from tests.core.test_chain import sample_of
from tests.fakes.world import BOB, LATER_DAY, Tale, called, declared, minutes, opened

LINES = {
    "declared": "declared drill “x” (U0BOB, U0BOB, U0BOB); in full: x; it recurs from INC-3; from an alert",
    "room_opened": "opened a group message as the room, as no private channel could be made",
    "card_posted": "posted the card again",
    "card_lost": "noticed that the card was deleted",
    "announced": "announced the incident",
    "role_given": "gave the seat of x to @bob (was @bob)",
    "changed": "set scope to “x” (was “U0BOB”); in full: x",
    "noted": "x",
    "evidence": "evidence: x",
    "corrected": "corrected entry 1: x",
    "update_said": "update: x",
    "member_left": "x left the room, holding commander",
    "member_joined": "x joined the room",
    "room_changed": "the room is x",
    "exported": "exported the timeline (commander)",
    "trouble": "could not x: x",
    "redacted": "erased entry 1: x",
    "hypothesis": "hypothesis 1: x",
    "hypothesis_judged": "hypothesis 1 x: x",
    "mitigating": "began to mitigate",
    "mitigation_applied": "mitigation 1 applied: x",
    "mitigation_moved": "mitigation 1 x by @bob until U0BOB: x (x)",
    "judged": "judged 2 answers: 1 bad (x)",
    "bleeding_changed": "bleeding: x (x)",
    "contained": "contained (x): x",
    "explained": "cause x: x",
    "watching": "watching until 2026-11-23 03:00 UTC, override: x",
    "red_check": "a check turned red: x",
    "resolved": "resolved: x",
    "action_added": "action 1 for x by x: x",
    "closed": "closed: x",
    "dismissed": "dismissed as x INC-3: x",
    "reopened": "reopened: x",
    "restricted": "restricted the incident: x",
    "join_asked": "asked to be let in",
    "let_in": "let x in (x)",
    "captured": "said: x (x, kept by x)",
    "capture_edited": "edited the message of entry 1: x",
    "capture_deleted": "deleted the message of entry 1",
    "signalled": "x alert “x” is x (x)",
    "duplicate_joined": "INC-1 was dismissed as a duplicate of this one",
    "recurred": "it came back, as INC-1",
    "pull_asked": "pull 1: asked to undo mitigation 3 (x)",
    "pull_read": "pull 1: read; X: v18 → v17; could not be read: x",
    "pull_seconded": "pull 1: asked for a second person (x)",
    "pull_confirmed": "pull 1: pulled x, as @bob asked; broke the glass: x",
    "pull_cancelled": "pull 1: cancelled, nothing was sent",
    "settings_saved": "pull 1: settings before: prompt=v18; not saved: commander; held: commander",
    "pull_accepted": "pull 1: x stood there already, request x",
    "pull_effective": "pull 1: x is in effect: x",
    "pull_late": "pull 1: x was accepted; whether it is in effect cannot be seen: x",
    "pull_failed": "pull 1: x was not sent, somebody else changed it: x, request x",
    "rung_held": "pull 1: x was held, green (x): on to 5",
    "pull_again": "pull 1: looked again (x)",
    "runbook_opened": "opened the runbook x at x",
    "runbook_chose": "runbook x, x: “x”",
    "runbook_back": "runbook x: back from x to x",
    "checks_asked": "asked for checks: commander, until 2026-11-23 03:00 UTC",
    "checked": "checked: errors green (0 %)",
    "came_back": "it came back: x",
    "sample_asked": "sample 1: asked for 1 fresh answers",
    "sample_drawn": "sample 1: could not be drawn: x",
    "answer_judged": "sample 1: x is x",
    "shown": "showed x",
    "reminded": "could not remind x: x",
    "snoozed": "put the reminder off until  UTC",
    "paced": "updates come half as often",
    "seat_asked": "asked x to be commander, until  UTC",
    "seat_hurried": "asked x to answer by  UTC, as commander",
    "seat_accepted": "x accepted: commander",
    "seat_passed": "x passed: commander",
    "seat_lapsed": "x could not be reached (x): commander",
    "seat_over": "no longer waits for x as commander",
    "escalated": "step 2 of the escalation path is asked for x",
    "seat_unfilled": "nobody has taken the seat of x: everybody on the path was asked",
    "handover_asked": "asked x to take over as x, until  UTC",
    "handover_ended": "no hand-over as x: x x",
    "extras_named": "brought in commander as commander, nobody for commander",
    "page_owed": "asked to x, step 2 (commander)",
    "paged": "commander took it: x, step 2",
    "nobody_to_wake": "nobody can be woken: no paging is set up",
    "rotation_offered": "told the commander that the shift of x as x is over, x could take over",
    "rotation_put_off": "the shift as x goes on until  UTC",
    "night_worked": "the seat of x was held for 1 min of the night by x",
    "drafted": "draft 1 for users, edited from draft 1: x",
    "draft_approved": "approved draft 1",
    "draft_discarded": "discarded draft 1",
    "draft_expired": "nobody approved draft 1 in time",
    "public_said": "told users (draft 1): x",
    "said_to": "told x: x",
    "words_shown": "noticed that the message for x was deleted",
    "subscribed": "x gets each update alone",
    "paused": "paused the updates until x UTC: x",
    "resumed": "resumed the updates",
    "page_shown": "the status page shows word 1 (x), as was found: x",
    "page_failed": "the status page refused word 1: x",
    "page_away": "the status page does not answer, word 1 waits: x",
    "page_held": "word 1 for the status page is held back: x",
    "page_again": "asked to try word 1 for the status page again",
    "page_ending": "asked that the status page says it is over, without words",
    "page_settled": "said that the status page was ended by hand",
    "page_dropped": "word 1 for the status page was dropped: x",
    "page_chased": "could not remind x that the status page does not say it is over",
    "drifted": "differs from the known-good set: prompt.back v17 → v18",
}


@pytest.mark.parametrize("kind", e.KINDS)
def test_every_kind_has_its_words(kind: str) -> None:
    """No entry of the timeline is shown as a bare kind: each says what happened, with people by name."""
    tale = declared()
    assert describe(tale.record(sample_of(kind)), called) == LINES[kind]


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        (e.RoomOpened("C1", "inc-7-x", private=True), "opened the private room #inc-7-x"),
        (e.RoomOpened("C1", "inc-7-x"), "opened the room #inc-7-x"),
        (e.Declared("x"), "declared “x”"),
        (e.Restricted(), "restricted the incident"),
        (e.LetIn(BOB), "let @bob in"),
        (e.Captured("C1", "1.1", "it broke"), "said: it broke"),
        (e.Captured("C1", "1.1", "it broke", "https://x", BOB, ""), "said: it broke (https://x)"),
        (e.Signalled("k", "alertmanager", "slow", "firing"), "alertmanager alert “slow” fires again"),
        (e.PullAsked(1, "tool.off", "Tool off", "support-copilot"), "pull 1: asked to pull Tool off"),
        (e.PullRead(1), "pull 1: no value is named yet"),
        (e.PullRead(1, same=True), "pull 1: everything stands there already"),
        (e.PullRead(1, fault="Prompt: 503"), "pull 1: could not be read: Prompt: 503"),
        (e.PullConfirmed(1, "Tool: on → off", (1,)), "pull 1: pulled Tool: on → off"),
        (e.SettingsSaved(1, {}), "pull 1: settings before: none"),
        (
            e.SettingsSaved(1, {"tool": True, "cap": 5.0, "index": None}),
            "pull 1: settings before: cap=5, index=nothing, tool=on",
        ),
        (
            e.PullAccepted(1, 1, 1, "Tool: on → off", "r-1", "200", "x"),
            "pull 1: Tool: on → off accepted (200), request r-1",
        ),
        (e.PullFailed(1, 1, 1, "Tool: on → off", "403"), "pull 1: Tool: on → off failed: 403"),
        (
            e.PullFailed(1, 1, 1, "Tool: on → off", "no answer", "r-1", unclear=True),
            "pull 1: Tool: on → off is unclear: no answer, request r-1",
        ),
        (
            e.RungHeld(1, 1, 1, "Share: 0 → 5", False, "errors 9 %", 0),
            "pull 1: Share: 0 → 5 was held, red (errors 9 %): back to 0 by itself",
        ),
        (
            e.RungHeld(1, 1, 1, "Share: 50 → 100", True, "errors 0 %"),
            "pull 1: Share: 50 → 100 was held, green (errors 0 %): there",
        ),
        (e.RunbookChose("security", "q1", "Not sure", "c1"), "runbook security, q1: “Not sure”, on to c1"),
        (e.ChecksAsked(("errors",)), "asked for checks: errors"),
        (e.SampleDrawn(1, ("a1", "a2")), "sample 1: a1, a2"),
        (e.Shown("pull/1", ""), "noticed that the message of pull/1 was deleted"),
        (e.Drifted(()), "nothing differs from the known-good set"),
    ],
)
def test_what_is_not_known_is_not_mentioned(payload: e.Payload, words: str) -> None:
    """An entry without a link, a reason or a lock says less, and reads as a sentence all the same."""
    assert describe(declared().record(payload), called) == words


def test_what_cannot_be_read_says_so() -> None:
    """An erased entry and one of a newer version have words too."""
    tale = declared()
    tale.erase(1)
    assert describe(tale.events[0], called) == "(erased)"

    class Sung(e.Payload):
        kind = "sung"

        def as_json(self) -> dict:
            return {}

    assert describe(tale.record(Sung()), called) == "(sung: written by a newer version)"


HOSTILE = "a | b\n# <img src=x onerror=y> ![i](http://x) [l](javascript:z) `c` *b* _i_ \\"


def whole_story() -> Tale:
    tale = opened(title=HOSTILE, severity="SEV2", klass="provider_outage", impact=HOSTILE, drill=True)
    for command in (
        c.Note(HOSTILE), c.Mitigate(), c.Contain("drill"), c.Explain("probable", HOSTILE), c.Watch("drill"),
        c.AddAction(BOB, LATER_DAY, HOSTILE),
    ):  # fmt: skip
        tale.do(command)
    return tale


def test_markdown_for_people() -> None:
    """The head says what it was; each entry has its time, its number, who and what; the last line has the
    chain's head."""
    tale = declared("answers cite the wrong policy", severity="SEV2", klass="provider_outage", impact="wrong answers")
    tale.do(c.Note("in the EU"), BOB, minutes(1))
    assert to_markdown(tale.events, called).decode() == (
        "# INC-7 · answers cite the wrong policy\n"
        "\n"
        "- Severity: SEV2\n"
        "- Class: provider\\_outage\n"
        "- Service: support-copilot\n"
        "- Phase: assess, bleeding: unknown\n"
        "- What users see: wrong answers\n"
        "- Scope: not said\n"
        "- Commander: @\u200balice (acting)\n"
        "\n"
        "All times are UTC.\n"
        "\n"
        "| when | # | who | what |\n"
        "|---|---|---|---|\n"
        "| 2026-11-22 03:00:01 | 1 | @\u200balice | declared “answers cite the wrong policy”"
        " (SEV2, provider\\_outage, support-copilot) |\n"
        "| 2026-11-22 03:01:01 | 2 | @\u200bbob | in the EU |\n"
        "\n"
        f"2 events; head of the chain: `{tale.events[-1].hash}`\n"
    )


def test_markdown_is_sorted_by_when_things_happened() -> None:
    """What was recorded late but happened early stands early, with its own number."""
    tale = declared()
    tale.now -= minutes(10)
    tale.record(e.Noted("this was before"))
    rows = [line for line in to_markdown(tale.events, called).decode().splitlines() if line.startswith("| 2026")]
    assert [row.split(" | ")[1] for row in rows] == ["2", "1"]


def test_markdown_is_data() -> None:
    """Text from outside makes no cell, link, image, heading, emphasis, code or HTML of its own."""
    tale = whole_story()
    tokens = MarkdownIt("commonmark").enable("table").parse(to_markdown(tale.events, called).decode())
    inline = [part for token in tokens for part in token.children or ()]
    kinds = [token.type for token in (*tokens, *inline)]
    assert kinds.count("heading_open") == 1
    assert kinds.count("tr_open") == len(tale.events) + 1
    assert kinds.count("td_open") == 4 * len(tale.events)
    assert {part.content for part in inline if part.type == "html_inline"} == {"<br>"}
    assert [part.content for part in inline if part.type == "code_inline"] == [tale.events[-1].hash]
    assert not {"html_block", "image", "link_open", "em_open", "strong_open", "fence", "code_block"} & set(kinds)
    assert inline[0].content == "INC-7 · DRILL · " + " ".join(HOSTILE.split())


def test_csv_is_read_back_as_it_was() -> None:
    """One row an event, with line breaks and commas inside their cells."""
    tale = whole_story()
    rows = list(csv.DictReader(io.StringIO(to_csv(tale.events, called).decode())))
    assert [int(row["seq"]) for row in rows] == list(range(1, len(tale.events) + 1))
    assert [row["hash"] for row in rows] == [event.hash for event in tale.events]
    assert rows[4]["kind"] == "room_opened"
    assert next(row for row in rows if row["kind"] == "noted")["what"] == HOSTILE


FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\n=1", "|calc", "%x", "  =1+1")


@pytest.mark.parametrize("text", FORMULAS)
def test_csv_formulas_are_defused(text: str) -> None:
    """A cell that a spreadsheet would run starts with an apostrophe (OWASP, CSV injection)."""
    tale = declared()
    tale.record(e.Noted(text), by="=cmd")
    row = list(csv.DictReader(io.StringIO(to_csv(tale.events).decode(), newline="")))[-1]
    assert row["what"] == "'" + text
    assert row["by"] == row["who"] == "'=cmd"


def test_csv_leaves_plain_cells_alone() -> None:
    """Numbers, times and words are as they are."""
    tale = declared()
    tale.record(e.Noted("2 = 1 + 1, and 5 % more"))
    row = list(csv.DictReader(io.StringIO(to_csv(tale.events).decode())))[-1]
    assert (row["what"], row["seq"]) == ("2 = 1 + 1, and 5 % more", "2")
    assert row["at"] == "2026-11-22T03:00:01.000000Z"


def test_each_export_has_a_name_of_its_own() -> None:
    """Unique by incident, entry and format, so that an upload can be looked for by it."""
    assert [file_name(7, 12, form) for form in FORMATS] == [
        "INC-7-timeline-12.md", "INC-7-timeline-12.json", "INC-7-timeline-12.csv",
    ]  # fmt: skip


def test_each_format_and_no_other() -> None:
    """`export` knows its three formats."""
    events = declared().events
    assert export(events, "json") == to_json(events)
    assert export(events, "md", called) == to_markdown(events, called)
    assert export(events, "csv", called) == to_csv(events, called)
    with pytest.raises(ValueError, match="pdf"):
        export(events, "pdf")


def test_an_export_without_events_is_not_whole() -> None:
    """A timeline begins with a declaration; no head, not even an empty one, makes an empty file pass."""
    for head in (None, "", "ab" * 32):
        assert verify(to_json([]), head) == ["there is no event in it: a timeline begins with a declaration"]
    content = to_json(declared().events)
    assert verify(content, "") != []
