"""What is changed, written and asked in a room that stands; and the timeline as a file that can be verified."""

import asyncio
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.acceptance.harness import ROOT, Stage, clean_environment, said
from tests.acceptance.incidents import Incident, declared, newest, words

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow]

PROMISED = (
    "declare list show severity class scope impact title role note correct service update evidence hypothesis supported"
    " refuted mitigate applied effective removed kept judged bleeding contained explained watch resolved action close"
    " dismiss reopen export help"
).split()
"""The verbs of the contract that this version has (restrict and catchup come later)."""


async def test_facts_are_changed_and_the_card_follows(stage: Stage) -> None:
    """Severity, class, scope and title by command; the person hears what changed, the card and topic show it."""
    incident = await declared(stage, "facts change")
    told = await incident.types("alice", "severity sev2")
    assert told == "No severity → SEV2. An update to the room is due every 30 min."
    assert await incident.types("alice", "class Quality regression") == "The class is now: Quality regression"
    assert await incident.types("bob", "scope EU web chat") == "The scope is now: EU web chat"
    assert await incident.types("bob", "title refunds cite 2024") == "The title is now: refunds cite 2024"
    card = await incident.card_words()
    for fact in ("SEV2 · refunds cite 2024", "Quality regression in Support copilot", "*Scope*  EU web chat", "due "):
        assert fact in card
    assert f"INC-{incident.number} · SEV2 · refunds cite 2024" in (await incident.look())["topic"]


async def test_notes_are_written_and_corrected(stage: Stage) -> None:
    """A note gets a number, a correction names it, and both stay in the timeline."""
    incident = await declared(stage, "notes")
    told = await incident.types("bob", "note the prompt went to v18 at 13:51")
    entry = re.search(r"as entry (\d+) of INC-", told)
    assert entry, told
    told = await incident.types("bob", f"correct {entry[1]} at 13:15")
    assert told == f"Entry {entry[1]} is corrected; both stay in the timeline."
    assert [text for text in await incident.heard() if "13:" in text] == [
        f"📝 @bob: the prompt went to v18 at 13:51  _(entry {entry[1]})_",
        f"✏️ @bob corrects entry {entry[1]}: at 13:15",
    ]
    kinds = [event["kind"] for event in incident.events()]
    assert kinds[-2:] == ["noted", "corrected"]


async def test_update_is_said(stage: Stage) -> None:
    """An update stands in the room, on the card and in the announcement."""
    incident = await declared(stage, "an update")
    assert await incident.types("carol", "update We roll back.") == "Said. The card follows."
    assert (await incident.heard())[-1] == "📣 Update by @carol: We roll back."
    assert "*Last word*  We roll back." in await incident.card_words()


async def test_update_says_when_the_next_one_is_due(stage: Stage) -> None:
    """With a severity the next word is due; it stands on a line of its own."""
    incident = await declared(stage, "an update with a time")
    await incident.types("carol", "severity SEV1")
    await incident.types("carol", "update We roll back.")
    first, second = (await incident.heard())[-1].splitlines()
    assert first == "📣 Update by @carol: We roll back."
    assert re.fullmatch(r"Next word due <!date\^\d+\^\{time\}\|\d\d:\d\d UTC>\.", second)


@pytest.mark.parametrize(("button", "words_said"), [("Draft update", "📣 Update by"), ("Add a note", "📝")])
async def test_buttons_of_the_card_open_forms(stage: Stage, button: str, words_said: str) -> None:
    """What is written into the form behind the button is said in the room."""
    incident = await declared(stage, f"form of {button}")
    view = (await incident.clicks("alice", text=button))["view"]
    answer = await stage.does(
        "submit", user="alice", view_id=view["id"], values={"text": "Users see it by the form; next word at 15:00."}
    )
    assert answer["ok"], answer
    await stage.settle()
    last = (await incident.heard())[-1]
    assert last.startswith(words_said)
    assert "by the form" in last


async def test_facts_are_filled_in_from_the_card(stage: Stage) -> None:
    """*Fill in* records what differs, and a service that was assumed and sent as it stands is assumed no more."""
    incident = await declared(stage, "filled in later")
    view = (await incident.clicks("alice", text="Fill in"))["view"]
    values = {"class": "retrieval_failure", "severity": "SEV4", "scope": "EU", "service": "support-copilot"}
    assert (await stage.does("submit", user="alice", view_id=view["id"], values=values))["ok"]
    await stage.settle()
    card = await incident.card_words()
    assert "SEV4" in card
    assert "assumed" not in card
    assert "Change facts" in card


async def test_list_and_show_say_what_is_open(stage: Stage) -> None:
    """`list` has each open incident in a line with its room; `show` has its latest entries with their numbers."""
    incident = await declared(stage, "listed and shown")
    await incident.types("bob", "note a note to be shown")
    [line] = [one for one in said(await stage.types("erin", "list")).splitlines() if f"INC-{incident.number} " in one]
    assert f"<#{incident.room}>" in line
    shown = said(await stage.types("erin", f"{incident.number} show"))
    assert "listed and shown" in shown
    assert re.search(r"^\d+ · .* · @bob: a note to be shown$", shown, re.MULTILINE)


async def test_bare_command_says_what_can_be_done(stage: Stage) -> None:
    """In a room it names the phase, what is missing and the next steps; elsewhere it lists."""
    incident = await declared(stage, "bare")
    inside = await incident.types("alice", "")
    assert "Phase *assess*" in inside
    assert "`/incident class`, `/incident severity`, `/incident impact`" in inside
    outside = said(await stage.types("alice", ""))
    assert f"INC-{incident.number} " in outside
    assert "Phase" not in outside


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("serverity SEV1", "severity"), ("nte hello", "note"), ("exprot", "export"), ("Clsoe all good", "close")],
)
async def test_typing_error_gets_the_nearest_verb(stage: Stage, typed: str, meant: str) -> None:
    """The person is told the verb they may have meant, with its usage."""
    told = said(await stage.types("alice", typed))
    assert re.match(rf"There is no `\w+`\. Did you mean `/incident {meant}\b", told)


async def test_help_names_every_verb(stage: Stage) -> None:
    """Help is one line a verb, for all that the contract promises; `help VERB` is its line alone."""
    listed = said(await stage.types("alice", "help"))
    assert [verb for verb in PROMISED if f"`{verb}" not in listed] == []
    assert said(await stage.types("alice", "help note")) == "`/incident note TEXT`: write into the timeline"


async def test_a_second_delivery_has_no_second_effect(stage: Stage) -> None:
    """Each kind of interaction delivered three times at once happens once, and each delivery gets the same answer."""
    answer = await stage.types("alice", "declare delivered three times", times=3)
    assert len(answer["ack_ms"]) == 3
    assert len({one["text"] for one in answer["ephemerals"] if "is opening" in one["text"]}) == 1
    incident = await newest(stage)
    await incident.types("bob", "note thrice delivered", times=3)
    await incident.types("alice", "role scribe none", times=3)
    await incident.types("alice", "export md", times=3)
    await incident.clicks("dave", text="Take this role", times=3)
    view = (await incident.clicks("alice", text="Draft update"))["view"]
    await stage.does(
        "submit",
        user="alice",
        view_id=view["id"],
        values={"text": "Users hear this said thrice; next word at 15:00."},
        times=3,
    )
    await stage.does("leave", user="erin", channel=incident.room)
    await stage.settle()
    heard = await incident.heard()
    for once in ("thrice delivered", "scribe is empty", "<@U0DAVE> is scribe", "said thrice"):
        assert len([text for text in heard if once in text]) == 1, once
    assert len(await incident.files()) == 1
    assert len(await incident.announcements()) == 1
    kinds = [event["kind"] for event in incident.events()]
    assert kinds.count("declared") == 1
    assert kinds.count("noted") == 1


async def test_event_delivered_again_is_one(stage: Stage) -> None:
    """Slack's repetition of "somebody left" is noticed once."""
    incident = await declared(stage, "left three times")
    await stage.does("leave", user="carol", channel=incident.room, times=3)
    await stage.settle()
    assert len([text for text in await incident.heard() if "has left the room" in text]) == 1


async def test_export_uploads_what_verifies(stage: Stage, tmp_path: Path) -> None:
    """`/incident export` puts Markdown and JSON into the room; the JSON is whole, and equals the command line's."""
    incident = await declared(stage, "exported")
    await incident.types("bob", "note with “quotes”, 日本語 and `code`")
    await incident.types("alice", "export")
    uploaded = await incident.files()
    assert [re.sub(r"\d+", "N", one["name"]) for one in uploaded] == ["INC-N-timeline-N.md", "INC-N-timeline-N.json"]
    url = f"{stage.connection['workspace']}/practice/files/{uploaded[1]['id']}"
    path = tmp_path / "timeline.json"
    path.write_bytes((await stage.http.get(url)).content)
    assert stanch(stage, "verify", str(path)) == (0, f"{path}: whole.\n")
    other = tmp_path / "other.json"
    status, _ = stanch(stage, "export", str(incident.number), "--format", "json", "-o", str(other))
    assert status == 0
    assert other.read_bytes() == path.read_bytes()


async def test_export_that_was_changed_names_the_first_bad_event(stage: Stage, tmp_path: Path) -> None:
    """A changed word, a missing end and a file of another kind: named, with exit status 1, 1 and 2."""
    incident = await declared(stage, "tampered with")
    await incident.types("bob", "note the truth")
    whole = exported(stage, incident)
    place = next(event["seq"] for event in whole["events"] if event["kind"] == "noted")
    path = tmp_path / "changed.json"
    path.write_text(json.dumps(whole, ensure_ascii=False, indent=1).replace("the truth", "a lie"))
    status, words_said = stanch(stage, "verify", str(path))
    assert (status, words_said.startswith(f"{path}: event {place} (noted) is not whole")) == (1, True), words_said
    path.write_text(json.dumps({**whole, "events": whole["events"][:-1]}))
    status, words_said = stanch(stage, "verify", str(path))
    assert (status, "the last ones may be missing" in words_said) == (1, True), words_said
    path.write_text("{}")
    assert stanch(stage, "verify", str(path))[0] == 2
    assert stanch(stage, "verify", str(tmp_path / "nothing.json"))[0] == 2
    assert stanch(stage, "export", "999999")[0] == 2


async def test_many_people_export_what_they_see(stage: Stage) -> None:
    """The export of the menu *More* is uploaded to the room too, each by its own name."""
    incident = await declared(stage, "exported by the menu")
    await asyncio.gather(
        incident.clicks("alice", text="Export the timeline"), incident.clicks("bob", text="Export the timeline")
    )
    await stage.settle()
    names = [one["name"] for one in await incident.files()]
    assert len(names) == len(set(names)) == 4
    assert "Export the timeline" in words(await incident.card())


def exported(stage: Stage, incident: Incident) -> dict[str, list[dict[str, str]]]:
    """The timeline by the command line, read back."""
    status, content = stanch(stage, "export", str(incident.number), "--format", "json", "-o", "-")
    assert status == 0, content
    return dict(json.loads(content))


def stanch(stage: Stage, *words: str) -> tuple[int, str]:
    """The command line on the stage's data: exit status and what it said."""
    env = clean_environment() | {"STANCH_DATA": str(stage.data)} | stage.env
    done = subprocess.run(
        [sys.executable, "-m", "stanch", *words], env=env, cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout or done.stderr
