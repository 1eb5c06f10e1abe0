"""Whatever people type: it is data, it pings nobody, and nothing of it is lost."""

from typing import Any

import pytest

from tests.acceptance.harness import Stage, said
from tests.acceptance.incidents import ALICE, BOB, CAROL, DAVE, ERIN, Incident, declared, form, newest

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow]

HOSTILE = {
    "emoji": "answers 🤖🔥 are 👩‍👩‍👧‍👦 wrong",
    "right to left": "הבוט עונה לא נכון (إجابات خاطئة)",
    "everyone": "<!channel> and @here and @everyone look",
    "mentions": "<@U123ABC> and @dave and <!subteam^S123> look",
    "backticks": "`code` ```block``` ` and *bold* _it_ ~gone~",
    "markup": "<https://example.com|click me> &lt;b&gt; & <b>",
    "only marks": "!!! ??? ...",
    "template": "{{ 7 * 7 }} {% raw %} ${x} %s",
}


def seated(incident: Incident) -> set[str]:
    """Who is called at the start, by the message that names the roles; of bob and dave who is at work nowhere else."""
    given = {one["payload"]["user"] for one in incident.events() if one["kind"] == "role_given"}
    assert given in ({ALICE, BOB, CAROL, ERIN}, {ALICE, DAVE, CAROL, ERIN})
    return given


@pytest.mark.parametrize("title", HOSTILE.values(), ids=HOSTILE)
async def test_hostile_title_pings_nobody_and_is_kept(stage: Stage, title: str) -> None:
    """A room stands, only those with a seat were called, and the timeline has the words as they were typed."""
    incident = await declared(stage, title)
    assert await incident.pings() == seated(incident)
    assert event_of(incident, 0)["title"] == title
    await incident.types("alice", f"title now {title}")
    assert event_of(incident, -1)["to"] == f"now {title}"
    assert await incident.pings() == seated(incident)


@pytest.mark.parametrize("words", HOSTILE.values(), ids=HOSTILE)
async def test_hostile_note_pings_nobody_but_its_writer(stage: Stage, words: str) -> None:
    """Note, update, scope and impact: none of them reaches anybody who is named in them."""
    incident = await declared(stage, "words of all kinds")
    for verb in ("note", "update", "scope", "impact", "evidence"):
        await incident.types("bob", f"{verb} {words}")
    assert await incident.pings() == seated(incident)
    events = [one for one in incident.events() if one["by"] != "stanch"]
    assert [one["payload"].get("text") or one["payload"].get("to") for one in events[-5:]] == [words] * 5


async def test_title_of_3000_characters(stage: Stage) -> None:
    """It is cut to a title, the person is told where the whole of it is, and it is there."""
    title = ("answers are wrong " * 170)[:3000].strip()
    answer = await stage.types("alice", f"declare {title}")
    assert said(answer).endswith("The title was longer than 120 characters and is cut; the whole of it is entry 1.")
    incident = await newest(stage)
    assert len((await incident.look())["name"]) <= 80
    assert event_of(incident, 0)["whole_title"] == title


async def test_form_takes_3000_characters_of_everything(stage: Stage) -> None:
    """The longest that a field of the form holds is taken, in the title and in what users see, with signs that grow."""
    view = await form(stage)
    values = {"title": "<&>" * 1000, "impact": "&<!here>" * 375}
    answer = await stage.does("submit", user="alice", view_id=view["id"], values=values)
    assert answer["ok"], answer
    incident = await newest(stage)
    assert await incident.pings() == seated(incident)
    assert event_of(incident, 0)["impact"] == values["impact"]
    assert event_of(incident, 0)["whole_title"] == values["title"]


async def test_note_of_3000_characters_is_shown_and_kept(stage: Stage) -> None:
    """The room gets as much of it as a message holds and where the rest is; the timeline has all of it."""
    incident = await declared(stage, "a long note")
    text = "<" * 3000
    await incident.types("bob", f"note {text}")
    last = (await incident.heard())[-1]
    assert "the rest is entry" in (await stage.messages(incident.room))[-1]["blocks"][0]["text"]["text"]
    assert last.startswith("📝")
    assert event_of(incident, -1)["text"] == text


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("role wizard me", "Which role?"),
        ("role scribe", "Who?"),
        ("role scribe @nobody", "I know nobody here called"),
        ("role scribe @stanch", "I know nobody here called"),
        ("severity SEV9", "There is no severity `SEV9`"),
        ("class quality_regresion", "Did you mean `quality_regression`?"),
        ("service nope", "There is no service `nope`"),
        ("correct 999 this", "has entries 1 to"),
        ("correct x this", "Which entry?"),
        ("note", ""),
        ("999999 show", "There is no INC-999999"),
        ("99999999999999999999 show", "There is no `99999999999999999999`"),
        ("export pdf", "As what?"),
    ],
)
async def test_refusal_says_what_can_be_done(stage: Stage, typed: str, told: str) -> None:
    """What cannot be taken is refused with the way on, and records nothing."""
    incident = await declared(stage, f"refused {typed}")
    before = len(incident.events())
    assert told in await incident.types("alice", typed)
    assert len(incident.events()) == before


async def test_command_outside_a_room_asks_which_incident(stage: Stage) -> None:
    """Without a number outside a room nothing is recorded anywhere."""
    answer = await stage.types("alice", "note lost?")
    assert answer["ephemerals"][0]["text"] == "Which incident? `/incident N note TEXT`, or without N in its room."


async def test_click_on_a_card_that_has_changed_counts_once(stage: Stage) -> None:
    """An old and a new click on the same seat leave one holder and no error."""
    incident = await declared(stage, "an old card")
    await incident.types("alice", "role scribe none")
    await incident.clicks("dave", text="Take this role")
    await stage.settle()
    again = await incident.types("dave", "role scribe me")
    assert again == "The scribe is <@U0DAVE> already."


def event_of(incident: Incident, place: int) -> Any:
    """The payload of one event, counted from 0, or from the end."""
    return incident.events()[place]["payload"]
