"""From declaring to a room that stands: what a person can do, in the order of the first five minutes."""

import asyncio

import pytest

from tests.acceptance.harness import Stage, said
from tests.acceptance.incidents import ALICE, BOB, CAROL, ERIN, Incident, declared, form, newest, words

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_form_offers_classes_and_severities_with_what_they_mean(stage: Stage) -> None:
    """The form has the six fields, seven classes that say what they look like, four severities with criteria."""
    blocks = {one["block_id"]: one for one in (await form(stage))["blocks"]}
    assert list(blocks) == ["title", "class", "severity", "service", "impact", "private"]
    classes, severities = (blocks[name]["element"]["options"] for name in ("class", "severity"))
    assert {one["value"] for one in classes} == {
        "quality_regression", "safety_violation", "retrieval_failure", "latency_saturation", "cost_runaway",
        "provider_outage", "security",
    }  # fmt: skip
    assert [one["value"] for one in severities] == ["SEV1", "SEV2", "SEV3", "SEV4"]
    assert all(one["description"]["text"] for one in (*classes, *severities))


async def test_form_declares_with_everything_filled_in(stage: Stage) -> None:
    """What was filled in stands on the card, and the person gets the link to the room."""
    view = await form(stage)
    facts = {"title": "Tokens cost ten times as much", "class": "cost_runaway", "severity": "SEV3"}
    facts |= {"service": "search-answers", "impact": "nothing yet, the bill does"}
    answer = await stage.does("submit", user="alice", view_id=view["id"], values=facts)
    assert answer["ok"], answer
    incident = await newest(stage)
    card = await incident.card_words()
    assert (await incident.look())["name"] == f"inc-{incident.number}-tokens-cost-ten-times-as-much"
    for fact in ("Tokens cost ten times as much", "SEV3", "Search answers", "nothing yet, the bill does"):
        assert fact in card
    assert "assumed" not in card
    told = [one["text"] for one in await stage.messages("general", "alice") if one.get("is_ephemeral")]
    assert f"INC-{incident.number} is open: <#{incident.room}>" in told


async def test_form_keeps_what_was_filled_in_when_it_cannot_be_taken(stage: Stage) -> None:
    """A title of spaces is refused beside the field, and the form stays."""
    view = await form(stage)
    answer = await stage.does("submit", user="alice", view_id=view["id"], values={"title": "   "})
    assert set(answer["errors"]) == {"title"}
    assert (await stage.sees("views/alice"))["modals"]
    await stage.does("close_view", user="alice", view_id=view["id"])


async def test_title_opens_a_room_at_once(stage: Stage) -> None:
    """One command: a room with its people, topic, pinned card and the bookmark to it, the roles, the word outside."""
    answer = await stage.types("alice", "declare answers cite the wrong policy")
    assert said(answer).endswith("is opening: answers cite the wrong policy")
    incident = await newest(stage)
    room = await incident.look()
    assert room["name"] == f"inc-{incident.number}-answers-cite-the-wrong-policy"
    assert {ALICE, BOB, CAROL, ERIN} < set(room["members"])
    title = "no severity yet · answers cite the wrong policy"
    assert room["topic"] == f"INC-{incident.number} · {title} · commander @alice"
    card = await incident.card()
    assert room["pins"] == [card["ts"]]
    [bookmark] = room["bookmarks"]
    assert bookmark["link"] == f"{stage.connection['workspace']}/archives/{room['id']}/p{card['ts'].replace('.', '')}"
    [roles] = await incident.heard()
    assert roles.splitlines()[0] == (
        f"Commander: <@{ALICE}> · Technical lead: <@{BOB}> · Communications lead: <@{CAROL}> · Scribe: <@{ERIN}>"
    )
    [announcement] = await incident.announcements()
    assert "Join" in words(announcement)


async def test_card_says_what_is_known_and_what_can_be_done(stage: Stage) -> None:
    """The card of a fresh incident names the roles, what is missing, the first move, and pings nobody."""
    incident = await declared(stage, "the first card")
    card = await incident.card()
    for fact in ("*Commander*  @alice", "*Technical lead*  @bob", "not said yet", "phase *assess*", "*First move*"):
        assert fact in words(card)
    buttons = [e["text"]["text"] for b in card["blocks"] if b["type"] == "actions" for e in b["elements"][:-1]]
    assert buttons == ["Record a mitigation…", "Begin to mitigate", "Draft update", "Fill in", "Add a note"]
    assert card["practice_pings"] == []


async def test_announcement_is_kept_up_to_date(stage: Stage) -> None:
    """There is one message, and it follows the severity and what stakeholders are told, who read it there too."""
    incident = await declared(stage, "the announcement follows")
    await incident.types("alice", "severity SEV1")
    await incident.types("carol", "update We look into it.")
    opened = await incident.clicks("carol", text="Draft update")
    typed = {"audiences": ["room", "stakeholders"], "text": "Answers are wrong. Next update at 14:20 UTC."}
    await stage.does("submit", user="carol", view_id=opened["view"]["id"], values=typed)
    await stage.settle()
    [announcement] = await incident.announcements()
    assert "SEV1" in words(announcement)
    assert typed["text"] in words(announcement)
    assert "We look into it." not in words(announcement)


async def test_join_lets_in(stage: Stage) -> None:
    """*Join* on the announcement invites whoever clicks."""
    incident = await declared(stage, "somebody joins")
    await stage.does("leave", user="dave", channel=incident.room)
    [announcement] = await incident.announcements()
    answer = await stage.does("click", user="dave", channel="incidents", ts=announcement["ts"], text="Join")
    await stage.settle()
    assert said(answer) == f"Come in: <#{incident.room}>"
    assert "U0DAVE" in (await incident.look())["members"]


async def test_two_titles_at_once_are_one_incident(stage: Stage) -> None:
    """The same title by the same person is answered with the one that is opening, and *Open another* opens another."""
    incident = await declared(stage, "told twice")
    again = await stage.types("alice", "declare told twice")
    assert said(again) == f"INC-{incident.number} is opening."
    another = again["ephemerals"][0]
    await stage.does("click", user="alice", channel="general", ts=another["ts"], text="Open another")
    await stage.settle()
    assert (await newest(stage)).number == incident.number + 1


@pytest.mark.parametrize("role", ["technical", "commander"])
async def test_first_click_takes_the_seat_and_the_second_is_told(stage: Stage, role: str) -> None:
    """Two people click at once: one sits, the other is told who was faster, and the card shows one."""
    incident = await declared(stage, f"two click {role}")
    await incident.types("alice", f"role {role} none")
    await stage.settle()
    # Both look at the card as it is before the first click.
    await stage.faults({"method": "chat.update", "kind": "hold"})
    one, two = await asyncio.gather(*(incident.clicks(user, text="Take this role") for user in ("dave", "erin")))
    await stage.mends()
    await stage.settle()
    won, lost = (one, two) if "is" in said(one) and "faster" not in said(one) else (two, one)
    winner = "dave" if won is one else "erin"
    assert said(lost).startswith(f"<@U0{winner.upper()}> was faster: the seat is taken.")
    assert f"@{winner}" in await incident.card_words()
    assert len([text for text in await incident.heard() if f"<@U0{winner.upper()}> is" in text]) == 1


async def test_roles_are_given_taken_handed_over_and_cleared(stage: Stage) -> None:
    """Each change is told to the room, and the card follows."""
    incident = await declared(stage, "roles change hands")
    assert await incident.types("alice", "role scribe @dave") == "<@U0DAVE> is scribe now."
    assert await incident.types("erin", "role scribe me") == "<@U0ERIN> is scribe now."
    assert await incident.types("erin", "role scribe me") == "The scribe is <@U0ERIN> already."
    told = await incident.types("alice", "role commander none")
    assert told.startswith("The seat of commander is empty now.")
    assert "<@U0ALICE> is acting commander" in told
    assert (await incident.heard())[1:] == [
        "<@U0DAVE> is scribe now, taking over from <@U0ERIN> (by @alice).",
        "<@U0ERIN> is scribe now, taking over from <@U0DAVE>.",
        "The seat of commander is empty now (by @alice). Take it: `/incident role commander me`",
    ]
    card = await incident.card_words()
    assert "*Scribe*  @erin" in card
    assert "*Commander*  nobody yet · @alice is acting" in card


async def test_who_is_given_a_role_is_let_in(stage: Stage) -> None:
    """Somebody who is not in the room gets an invitation with the role."""
    incident = await declared(stage, "let in with a role")
    await stage.does("leave", user="dave", channel=incident.room)
    await incident.types("alice", "role scribe @dave")
    assert "U0DAVE" in (await incident.look())["members"]


async def test_role_holder_who_leaves_is_noticed(stage: Stage) -> None:
    """The room is told, the card marks the seat, and the mark goes when they come back."""
    incident = await declared(stage, "somebody leaves")
    await stage.does("leave", user="carol", channel=incident.room)
    await stage.settle()
    assert (await incident.heard())[-1].startswith("<@U0CAROL> (communications lead) has left the room")
    assert "@carol _(left the room)_" in await incident.card_words()
    await stage.does("invite", user="alice", channel=incident.room, invitee="carol")
    await stage.settle()
    assert "left the room" not in await incident.card_words()


async def test_a_room_stands_in_one_run(stage: Stage) -> None:
    """Opening a room asks each limited method once (tier 2), whatever the number of its people; bob, who is named
    for a seat and not here yet, is asked in one message of his own."""
    before = len(await stage.calls())
    await declared(stage, "one of each")
    calls = await stage.calls(before)
    made = [one["method"] for one in calls]
    for method in ("conversations.create", "conversations.setTopic", "pins.add", "bookmarks.add"):
        assert made.count(method) == 1, method
    assert made.count("conversations.invite") == 1
    assert made.count("conversations.open") <= 1, "it is remembered"
    said_where = [one["args"]["channel"][0] for one in calls if one["method"] == "chat.postMessage"]
    assert sorted(said_where) == ["C", "C", "C", "D"]


async def test_incident_is_of_its_room(stage: Stage) -> None:
    """Two incidents at once keep apart: a note in one room is not in the other."""
    one, other = await declared(stage, "the one"), await declared(stage, "the other")
    await one.types("alice", "note only here")
    assert any("only here" in text for text in await one.heard())
    assert not any("only here" in text for text in await other.heard())
    assert isinstance(other, Incident)
