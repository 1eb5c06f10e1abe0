"""A restricted incident is neutral for outsiders, in every place where it could leak: one test a place.

In each incident here a word stands that outsiders must never read: in its title, its impact, its notes, its
mitigations, its promises. An outsider learns its number, that it is restricted, and who lets people in.
"""

import asyncio
import json
import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from stanch.core import commands as c
from stanch.slack import forms
from stanch.slack.commands import VERBS
from stanch.store.database import Database
from stanch.store.figures import figures
from stanch.web.metrics import _text
from tests.fakes.bot import Bot
from tests.fakes.front import ELSEWHERE, Front, seen, words
from tests.fakes.slack import Channel, Fault, refused
from tests.fakes.world import ALICE, BOB, DAVE, ERIN, LATER_DAY, NOW

MARK = "zebrafish"
OUTSIDER = "U0OUTSIDER"
STUB = "🔒 INC-1 · restricted · commander @alice"
REFUSED = "INC-1 is restricted. <@U0ALICE> commands it and lets people in."
DETAILS = (
    c.Change("impact", f"users see {MARK}"), c.Change("scope", f"{MARK} in the EU"), c.Change("severity", "SEV1"),
    c.Note(f"the {MARK} is out"), c.AddEvidence(f"trace {MARK}"), c.SayUpdate(f"we took the {MARK} away"),
    c.Suppose(f"it was the {MARK}"), c.Applied(f"{MARK} filter up"), c.MoveMitigation("effective"),
    c.Judge(30, 0, f"of {MARK}"), c.AddAction(BOB, LATER_DAY, f"test for {MARK}"),
    c.Capture(ELSEWHERE, "1795316400.000100", DAVE, f"look at the {MARK}", "https://x.example/", NOW, ALICE),
)  # fmt: skip
"""Every word that people may write into an incident."""


async def fill(bot: Bot) -> None:
    for command in DETAILS:
        await bot.ask(command)


async def from_the_start(bot: Bot) -> Bot:
    """Security from the first second, with its private room, full of what outsiders must not read."""
    await bot.declare(f"{MARK} leaks customer data", klass="security")
    await bot.run()
    await fill(bot)
    await bot.run()
    return bot


async def later(bot: Bot) -> Bot:
    """Declared in public, with its room; restricted afterwards, and then filled."""
    await bot.declare(f"{MARK} leaks customer data")
    await bot.run()
    await bot.ask(c.Restrict(f"the {MARK} is customer data"))
    await fill(bot)
    await bot.run()
    return bot


BEGINNINGS = {"from the start": from_the_start, "later": later}


@pytest.fixture(scope="module", params=BEGINNINGS)
def hidden(
    request: pytest.FixtureRequest, template_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Front]:
    """Each place is looked at twice: restricted from the start, and restricted later. To look at only: it is shared."""
    path = tmp_path_factory.mktemp("hidden") / "stanch.db"
    path.write_bytes(template_file.read_bytes())
    database = Database(f"sqlite:///{path}")

    async def build() -> Front:
        front = await Front(Bot(database)).ready()
        await BEGINNINGS[request.param](front.bot)
        return front

    yield asyncio.run(build())
    database.close()


@pytest.fixture(params=BEGINNINGS)
async def fresh(request: pytest.FixtureRequest, front: Front) -> Front:
    """The same, for tests that do something to it."""
    await BEGINNINGS[request.param](front.bot)
    return front


def private_room(bot: Bot) -> Channel:
    (room,) = [one for one in bot.slack.channels.values() if one.private]
    return room


def others(bot: Bot) -> list[Channel]:
    """Every channel that outsiders can read."""
    return [one for one in bot.slack.channels.values() if not one.private]


async def test_the_words_are_there_for_insiders(hidden: Front) -> None:
    """What the other tests look for does stand where it belongs: the card and the room hold it."""
    room = private_room(hidden.bot)
    (card,) = [m for m in room.messages if "/card/" in m["metadata"]["event_payload"]["key"]]
    assert MARK in seen(card["blocks"])
    assert MARK in seen((await hidden.command(ALICE, "show", room.id))["text"])
    assert MARK in seen(await hidden.command(BOB, "1 catchup"))
    assert MARK in seen(await hidden.look_home(BOB))


async def test_room_and_members(hidden: Front) -> None:
    """The room is private, with who declared, the seats and the owners of the service in it."""
    assert set(private_room(hidden.bot).members) >= {ALICE, BOB, DAVE, ERIN}
    assert OUTSIDER not in private_room(hidden.bot).members


async def test_channel_names(hidden: Front) -> None:
    """No channel carries the title in its name: not the new room, nor the one it left."""
    names = {channel.name for channel in hidden.bot.slack.channels.values() if channel.name != "incidents"}
    assert names in ({"inc-1-restricted"}, {"inc-1-restricted", "inc-1-moved"})


async def test_channel_topics(hidden: Front) -> None:
    """Topics say the stub, in the new room, where a preview may show it, and in the old one."""
    assert {one.topic for one in hidden.bot.slack.channels.values() if one.name != "incidents"} == {STUB}


async def test_announcement(hidden: Front) -> None:
    """The announcement is the stub, with a way in; posted so, or made so."""
    (message,) = hidden.bot.slack.named("incidents").messages
    assert (message["text"], words(message["blocks"])) == (STUB, [STUB, "[Ask to join]"])


async def test_no_channel_that_others_read(hidden: Front) -> None:
    """Whatever stands in a public channel now, the old room's card among it, holds none of the words."""
    assert others(hidden.bot) != []
    for channel in others(hidden.bot):
        assert MARK not in seen([channel.name, channel.topic, channel.messages, channel.bookmarks])


async def test_the_old_room(front: Front) -> None:
    """Its card is neutral, one line says where it goes on, and nothing more is ever said in it."""
    await later(front.bot)
    old = front.bot.slack.named("inc-1-moved")
    stub = [f"{STUB}\nThis incident goes on in a private room. Please write nothing more about it here."]
    card, roles, line = old.messages
    assert words(card["blocks"]) == words(line["blocks"]) == [*stub, "[Ask to join]"]
    assert card["text"] == line["text"] == STUB
    assert roles["metadata"]["event_payload"]["key"] == "inc-1/roles"
    assert await front.bot.desk.of_room(old.id) is None
    assert await front.bot.desk.about(old.id) == 1


async def test_notifications(hidden: Front) -> None:
    """What a locked phone shows of any message that was ever sent about it is the stub, in its own room too."""
    was_public = any(channel.name == "inc-1-moved" for channel in hidden.bot.slack.channels.values())
    sent = [args for method, args in hidden.bot.slack.calls if method in ("chat.postMessage", "chat.update")]
    since = next(n for n, args in enumerate(sent) if args["text"] == STUB) if was_public else 0
    assert {args["text"] for args in sent[since:]} == {STUB}


async def test_nothing_about_it_is_sent_elsewhere(front: Front) -> None:
    """No call to Slack that names another place than its room holds the words: invitations, bookmarks, files."""
    await from_the_start(front.bot)
    await front.bot.ask(c.Export(("md", "json")))
    await front.bot.run()
    room = private_room(front.bot).id
    for method, args in front.bot.slack.calls:
        if room not in (args.get("channel"), args.get("channel_id")):
            assert MARK not in seen(args), method
    assert {name for name in front.bot.slack.files if MARK in name} == set()


async def test_list(hidden: Front) -> None:
    """`list` shows the stub to outsiders, and the title to insiders."""
    assert (await hidden.command(OUTSIDER, "list"))["text"] == STUB
    assert MARK in (await hidden.command(BOB, "list"))["text"]


async def test_show(hidden: Front) -> None:
    """`show`, by number or in the room that it left, is the stub and a way in."""
    for text, channel in (("1 show", ELSEWHERE), ("1", ELSEWHERE), *left(hidden, "show")):
        shown = await hidden.command(OUTSIDER, text, channel)
        assert (shown["text"], words(shown["blocks"])) == (STUB, [STUB, "[Ask to join]"])


def left(front: Front, text: str) -> list[tuple[str, str]]:
    """The same typed in the public room that the incident left, if it left one."""
    return [(text, one.id) for one in front.bot.slack.channels.values() if one.name == "inc-1-moved"]


async def test_catching_up(hidden: Front) -> None:
    """`catchup` is the stub and a way in."""
    for text, channel in (("1 catchup", ELSEWHERE), *left(hidden, "catchup")):
        shown = await hidden.command(OUTSIDER, text, channel)
        assert (shown["text"], words(shown["blocks"])) == (STUB, [STUB, "[Ask to join]"])


async def test_the_bare_command(hidden: Front) -> None:
    """Bare `/incident` lists for outsiders, also in the room that it left; so does the menu of an old card."""
    for text, channel in (("", ELSEWHERE), *left(hidden, "")):
        assert (await hidden.command(OUTSIDER, text, channel))["text"] == STUB
    for choice in ("now:1", "catchup:1", "controls:1"):
        assert MARK not in seen(await hidden.pick(OUTSIDER, choice))


async def test_home_lists_the_stub(hidden: Front) -> None:
    """Open incidents on the Home tab: the stub, and *Ask to join*."""
    home = await hidden.look_home(OUTSIDER)
    assert MARK not in seen(home)
    assert STUB in words(home["blocks"])
    assert "[Ask to join]" in words(home["blocks"])
    assert "[Join]" not in words(home["blocks"])


async def test_home_hides_what_is_applied(hidden: Front) -> None:
    """Nothing is said of a restricted incident's mitigations: neither what they are, nor that there are any."""
    home = words((await hidden.look_home(OUTSIDER))["blocks"])
    assert home[home.index("Still applied") + 1] == "No mitigation is in force."


async def test_home_hides_what_an_outsider_owes(fresh: Front) -> None:
    """Who promised something and has left since is reminded of the promise by number and date only."""
    await fresh.bot.ask(c.AddAction(OUTSIDER, LATER_DAY, f"tell nobody of the {MARK}"))
    home = await fresh.look_home(OUTSIDER)
    assert "• INC-1 · promised by 2026-12-01: (restricted)" in words(home["blocks"])
    assert MARK not in seen(home)


@pytest.mark.parametrize("verb", [verb.name for verb in VERBS if verb.needs_incident])
async def test_refusals(hidden: Front, verb: str) -> None:
    """Whatever an outsider types about it, the answer says that it is restricted and who lets people in; no word of
    it, and no form to write into."""
    shown = await hidden.command(OUTSIDER, f"1 {TYPED.get(verb, verb)}")
    assert MARK not in seen(shown)
    assert "view" not in shown
    assert shown["text"] in (REFUSED, "🔒 INC-1 · restricted · commander @alice")
    assert words(shown["blocks"])[1:] == ["[Ask to join]"]


TYPED = {
    "severity": "severity SEV2", "class": "class security", "scope": "scope x", "impact": "impact x",
    "title": "title x", "role": "role scribe me", "note": "note x", "correct": "correct 1 x", "service": "service x",
    "evidence": "evidence x", "hypothesis": "hypothesis x", "supported": "supported 1 x", "refuted": "refuted 1 x",
    "applied": "applied x", "judged": "judged 19 1", "bleeding": "bleeding yes x", "explained": "explained unknown x",
    "kept": "kept 1 me until tomorrow x", "action": "action me by tomorrow x", "close": "close x",
    "dismiss": "dismiss near-miss x", "reopen": "reopen x", "pull": "pull prompt.back",
    "handover": "handover scribe me", "pause": "pause 60 x",
}  # fmt: skip


@pytest.mark.parametrize("verb", ["note", "update"])
async def test_forms(hidden: Front, verb: str) -> None:
    """A form that would be opened about it is refused; one that was opened before is refused when it is sent."""
    shown = await hidden.command(OUTSIDER, f"1 {verb}")
    assert (shown["text"], words(shown["blocks"])) == (REFUSED, [REFUSED, "[Ask to join]"])
    old = {"callback_id": "add_note", "private_metadata": '{"number": 1, "channel": "C0GENERAL"}', "blocks": []}
    sent = await hidden.fill(OUTSIDER, old, {"text": {"value": "x"}})
    assert sent["errors"] == {"text": "INC-1 is restricted. @alice commands it and lets people in."}


@pytest.mark.parametrize(
    "button", ["fill_in", "do:applied", "do:settle", "do:close", "do:role", "do:mitigate", "take_seat:scribe", "let_in"]
)
async def test_buttons_of_an_old_card(hidden: Front, button: str) -> None:
    """A card that an outsider saw before it was restricted opens nothing and does nothing any more."""
    if button == "fill_in":
        await hidden.listeners.open_for(hidden._body(OUTSIDER, ELSEWHERE), 1, forms.fill_in)
        shown: dict[str, Any] = hidden.bot.slack.calls[-1][1]
    else:
        shown = await hidden.click(OUTSIDER, button, "1:9")
    assert shown["text"] == REFUSED
    assert MARK not in seen(shown)
    assert "view" not in shown


async def test_export(hidden: Front) -> None:
    """`export` is refused to outsiders, and nothing is uploaded for it."""
    assert (await hidden.command(OUTSIDER, "1 export"))["text"] == REFUSED
    assert hidden.bot.counts()["owed"] == 0
    assert "exported" not in [event.kind for event in await hidden.bot.desk.timeline(1)]


async def test_the_same_title_by_somebody_else(front: Front) -> None:
    """An outsider who declares the same in the same words gets an incident of their own, and no hint of the other."""
    await from_the_start(front.bot)
    shown = await front.command(OUTSIDER, f"declare {MARK} leaks customer data")
    assert shown["text"] == f"INC-2 is opening: {MARK} leaks customer data"
    assert "INC-1" not in seen(shown)


async def test_typing_errors(hidden: Front) -> None:
    """ "Did you mean" knows verbs and the catalogue, never what stands in incidents."""
    for text in (MARK, f"show {MARK}", f"declar {MARK}"):
        shown = seen(await hidden.command(OUTSIDER, text)).replace(text.split()[-1], "")
        assert "leaks" not in shown


async def test_what_another_room_is_told_of_a_duplicate(fresh: Front) -> None:
    """The room of the other incident learns the number, not the title."""
    await fresh.bot.ask(c.Declare(0, "everybody may read this"), OUTSIDER, None)
    await fresh.bot.ask(c.MoveMitigation("removed"))
    await fresh.bot.ask(c.Dismiss("duplicate-of", f"the same {MARK}", 2))
    await fresh.bot.run()
    public = next(one for one in fresh.bot.slack.channels.values() if one.name == "inc-2-everybody-may-read-this")
    assert MARK not in seen(public.messages)
    assert any("INC-1 was dismissed as a duplicate of this one" in m["text"] for m in public.messages)
    assert MARK not in seen(await fresh.command(OUTSIDER, "2 show"))


async def test_what_recurs_from_it(front: Front) -> None:
    """What comes back from it later is restricted from its first second."""
    await from_the_start(front.bot)
    await front.bot.ask(c.MoveMitigation("removed"))
    await front.bot.ask(c.Dismiss("near-miss", f"the {MARK} was ours"))
    front.bot.desk.clock = tomorrow_and_more()
    await front.bot.ask(c.Reopen(f"the {MARK} is back"))
    state = await front.bot.desk.state(2)
    assert state is not None
    assert (state.restricted, state.recurs_from) == (True, 1)
    await front.bot.run()
    for channel in others(front.bot):
        assert MARK not in seen([channel.name, channel.topic, channel.messages])


def tomorrow_and_more() -> Callable[[], datetime]:
    return lambda: datetime.now(UTC) + timedelta(hours=25)


async def test_the_shortcut_offers_only_what_one_sees(hidden: Front) -> None:
    """*Add to timeline* outside a room lists open incidents: restricted ones only for insiders."""
    message = {"ts": "1795316400.000100", "user": DAVE, "text": "hello"}
    shown = await hidden.shortcut(OUTSIDER, "add_to_timeline", message, channel=ELSEWHERE)
    assert shown["text"] == "No incident is open. `/incident declare` opens one."
    inside = await hidden.shortcut(BOB, "add_to_timeline", message, channel=ELSEWHERE)
    assert MARK in seen(inside["view"])


async def test_a_shortcut_that_names_it_all_the_same(hidden: Front) -> None:
    """A form that was opened by somebody who saw it, and left since, adds nothing to it."""
    view = {
        "callback_id": "add_to_timeline", "blocks": [],
        "private_metadata": json.dumps({"message": {"channel": ELSEWHERE, "ts": "1.1", "text": "x"}}),
    }  # fmt: skip
    sent = await hidden.fill(OUTSIDER, view, {"number": {"selected_option": {"value": "1"}}})
    assert sent["errors"] == {"number": "INC-1 is restricted. @alice commands it and lets people in."}


async def test_pages(hidden: Front) -> None:
    """`/health` counts effects; `/metrics` counts restricted incidents apart, without class, severity or phase."""
    found = hidden.bot.database.run(lambda db: figures(db, 0.0))
    text = _text(True, found)[0].decode()
    assert 'stanch_incidents_open{phase="restricted",severity="restricted"} 1.0' in text
    for word in (MARK, "security", "SEV1", "mitigate"):
        assert word not in text
    assert set(hidden.bot.counts()) == {"owed", "trying", "held", "buried"}


async def test_logs(front: Front, caplog: pytest.LogCaptureFixture) -> None:
    """No line of the log holds a word of it, though each names its incident."""
    with caplog.at_level(logging.INFO):
        await later(front.bot)
        await front.command(OUTSIDER, "1 show")
        front.bot.slack.faults = [
            Fault("chat.update", refused("edit_window_closed"), front.bot.slack.count("chat.update") + 1)
        ]
        await front.bot.ask(c.SayUpdate(f"more {MARK}"))
        await front.bot.run()
    assert caplog.records != []
    for record in caplog.records:
        assert MARK not in record.getMessage() + seen({k: str(v) for k, v in record.__dict__.items()})


async def test_a_word_to_the_commander_alone(front: Front) -> None:
    """While there is no room, what is told goes to the commander by direct message, with the stub as its preview."""
    front.bot.slack.faults = [Fault("conversations.create", refused("restricted_action"), n) for n in range(1, 9)]
    front.bot.slack.faults += [Fault("conversations.open", refused("not_enough_users"))]
    await front.bot.declare(f"{MARK} leaks customer data", klass="security")
    await front.bot.run()
    (direct,) = [one for one in front.bot.slack.channels.values() if one.name == f"dm-{ALICE}"]
    assert [m["text"] for m in direct.messages] == [STUB]
    assert MARK not in seen([channel.messages for channel in others(front.bot)])
