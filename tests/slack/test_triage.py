"""The triage channel: what an alert looks like, that each group has one message, and what Declare opens."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from slack_bolt.async_app import AsyncApp

from practice.limits import check_blocks, check_view
from stanch.core import commands as c
from stanch.core.catalogue import Klass
from stanch.core.incident import Incident
from stanch.core.signal import Signal, follow, heard
from stanch.flows.signals import known, take_in
from stanch.slack.alerts import draw, form_facts
from stanch.slack.client import Kind, SlackFault
from stanch.slack.gateway import Gateway
from stanch.slack.performers import PERFORMERS
from stanch.slack.triage import Triage
from stanch.store import outbox
from stanch.store.signals import Record
from stanch.worker import Worker
from tests.fakes.bot import Bot
from tests.fakes.slack import Channel, Fault, refused
from tests.fakes.world import ALICE, CATALOGUE, NOW, catalogue, minutes, opened

KNOWN = catalogue(
    Klass("provider_outage", "Availability", first_move="Send the route to the second provider."),
    Klass("security", "Security", restricted=True, first_move="Close the narrowest way."),
)
LABELS = {"severity": "critical", "service": "search answers", "model": "gpt-4o"}
Json = dict[str, Any]


def signal(title: str = "37 % fail", status: str = "firing", **facts: Any) -> Signal:
    given = {"since": NOW, "name": "LLMErrorRateHigh", "labels": LABELS, **facts}
    told = heard("alertmanager", "{}:{}", title=title, status=status, **given)  # type: ignore[arg-type]
    return follow(None, told, given["until"] or NOW if "until" in given else NOW)


def record(told: Signal, **more: Any) -> Record:
    return replace(Record(told, 1, 0.0, 0.0), **more)


def words(blocks: Any) -> list[str]:
    """The texts of a message's blocks, and of its buttons in brackets."""
    found = []
    for block in blocks:
        if block["type"] == "section":
            found.append(block["text"]["text"])
        for element in block.get("elements", ()):
            text = element["text"]
            found.append(text if isinstance(text, str) else f"[{text['text']}]")
    return found


def stamp(moment: Any) -> str:
    return f"<!date^{int(moment.timestamp())}^{{date_short_pretty}} {{time}}|{moment:%H:%M} UTC>"


# what it looks like


def test_what_fires_says_what_it_is_and_what_to_do_first() -> None:
    """Severity, service, beginning, count, why it looks so, the first move, where to look, and Declare."""
    told = signal(count=212, text="Users see 502", link="https://prom.example/g", runbook="https://wiki.example/r")
    message = draw(record(told), None, KNOWN)
    assert message.text == "🟠 Search answers: 37 % fail"
    assert words(message.blocks) == [
        f"🟠 *Search answers: 37 % fail*, since {stamp(NOW)} · 212 alerts\n"
        "Looks like *Availability*, *SEV2* because: “error” in its name, severity=critical\n"
        "*First move*  Send the route to the second provider.\n"
        "> Users see 502",
        "<https://prom.example/g|See the alert> · <https://wiki.example/r|Its runbook> · model=gpt-4o",
        "[Declare]",
    ]
    check_blocks(message.blocks)


def test_what_is_resolved_is_marked() -> None:
    """When it ended and how long it took; nothing is left to declare."""
    told = replace(signal(), status="resolved", until=NOW + minutes(12))
    message = draw(record(told), None, KNOWN)
    assert message.text == "✅ resolved: Search answers: 37 % fail"
    assert words(message.blocks) == [
        f"✅ Search answers: 37 % fail · *resolved* {stamp(NOW + minutes(12))}, after 12 min",
        "model=gpt-4o",
    ]


def test_what_says_nothing_is_shown_all_the_same() -> None:
    """An alert without labels or words: no class is made up, and it can be declared."""
    bare = follow(None, heard("alertmanager", "{}", title="", status="firing"), NOW)
    assert words(draw(record(bare), None, KNOWN).blocks) == [
        f"⚪ *An alert without a name*, since {stamp(NOW)}\nNothing in it names a class or a severity.",
        "[Declare]",
    ]


def test_words_from_outside_ping_nobody() -> None:
    """Control characters of Slack in any field arrive as plain text, and the blocks stay within Slack's limits."""
    hostile = "<!channel> <@U0ALICE> & `x` " + "<" * 3_000
    labels = {f"l{i}": hostile for i in range(20)} | {"service": hostile, "severity": hostile}
    link = "https://a.example/?" + "&" * 900
    message = draw(record(signal(hostile, name=hostile, text=hostile, labels=labels, link=link)), None, KNOWN)
    check_blocks(message.blocks)
    assert "<!channel" not in json.dumps([message.text, message.blocks[:-1]])
    assert "<@" not in json.dumps(message.blocks[:-1])
    value = message.blocks[-1]["elements"][0]["value"]
    assert json.loads(value)["title"].startswith("<!channel> <@U0ALICE> &")


def open_incident(**facts: Any) -> Incident:
    return replace(opened(**facts).incident, number=7)


def test_an_open_incident_is_joined_not_declared_twice() -> None:
    """Once it is declared the message leads to the room."""
    shown = words(draw(record(signal(), incident=7, taken_in=1), open_incident(), KNOWN).blocks)
    assert shown[0].endswith("\nINC-7 has it: <#C0ROOM>")
    assert shown[-1] == "[Join INC-7]"


def test_an_incident_that_is_over_can_be_reopened_for_a_day() -> None:
    """What fires again after the end is declared anew, or reopened while that is possible."""
    over = replace(open_incident(), phase="closed", ended_at=NOW - minutes(60))
    shown = words(draw(record(signal(), incident=7, taken_in=1), over, KNOWN).blocks)
    hint = f"The same again? `/incident 7 reopen WHY`, until {stamp(NOW + minutes(23 * 60))}"
    assert shown[0].endswith(f"\nINC-7 had it and is over (closed). {hint}")
    assert shown[-1] == "[Declare]"
    long_ago = replace(over, ended_at=NOW - minutes(25 * 60))
    shown = words(draw(record(signal(), incident=7, taken_in=1), long_ago, KNOWN).blocks)
    assert shown[0].endswith("\nINC-7 had it and is over (closed).")


SECRETS = ("37 % fail", "Search answers", "gpt-4o", "502", "prom.example", "C0ROOM", "critical")


@pytest.mark.parametrize("phase", ["assess", "watching", "closed"])
@pytest.mark.parametrize("how", [{"restricted": True}, {"klass": "security"}])
def test_a_restricted_incident_leaves_a_stub(phase: str, how: Json) -> None:
    """Nothing of the alert is left, in the blocks, the buttons' values or the notification's text."""
    hidden = replace(open_incident(), phase=phase, **how)
    told = signal(text="Users see 502", link="https://prom.example/g")
    message = draw(record(told, incident=7, taken_in=1), hidden, KNOWN)
    stub = "🔒 INC-7 · restricted, from an alert in this channel"
    assert message.text == stub
    assert words(message.blocks) == [stub, *(["[Ask to join]"] if phase != "closed" else [])]
    whole = json.dumps([message.text, message.blocks], ensure_ascii=False)
    assert [one for one in SECRETS if one in whole] == []


def test_what_fires_anew_says_nothing_of_a_restricted_incident_that_is_over() -> None:
    """The new message has the alert's title, which somebody has to judge: neither its description, nor that an incident
    had it before, is for this channel; the form takes neither along."""
    hidden = replace(open_incident(), phase="closed", restricted=True, ended_at=NOW)
    told = record(signal(text="Users see 502"), incident=7, taken_in=1, episode=2)
    whole = json.dumps(draw(told, hidden, KNOWN).blocks, ensure_ascii=False)
    assert signal().title in whole
    assert [one for one in ("502", "INC-7") if one in whole] == []
    assert words(draw(told, replace(hidden, phase="mitigate"), KNOWN).blocks)[-1] == "[Ask to join]"


def test_what_looks_like_security_shows_its_title_only() -> None:
    """Before it is declared somebody has to judge it; samples and labels could hold what must not be seen."""
    told = signal("injection attempts", name="PromptInjection", text="sample: my password", labels={"user": "mallory"})
    message = draw(record(told), None, KNOWN)
    whole = json.dumps([message.text, message.blocks], ensure_ascii=False)
    assert "injection attempts" in whole
    assert "sample" not in whole
    assert "mallory" not in whole


def test_the_form_is_filled_with_what_the_alert_says() -> None:
    """Title, class, severity, service and what it describes, as ids that the form offers."""
    told = signal(text="Users see 502\non chat")
    assert form_facts(told, KNOWN) == {
        "title": "37 % fail", "class": "provider_outage", "severity": "SEV2", "service": "search-answers",
        "impact": "Users see 502 on chat",
    }  # fmt: skip
    bare = follow(None, heard("alertmanager", "{}", title="odd", status="firing"), NOW)
    assert form_facts(bare, KNOWN) == {"title": "odd"}


# one message a group


class Office:
    """A bot with a triage channel on a Slack in memory."""

    def __init__(self, bot: Bot, channel: str = "triage") -> None:
        self.bot = bot
        if channel == "triage":
            bot.slack.channel("triage", creator=ALICE)
        self.triage = Triage(bot.desk, bot.slack, channel)
        performers = {**PERFORMERS, "signal": self.triage.show}
        bot.worker = Worker(bot.desk, Gateway(bot.kit, performers).perform, bot.pace)
        bot.desk.wake = bot.worker.wake

    async def hears(self, told: Signal) -> None:
        await take_in(self.bot.desk, [told])
        await self.bot.run()

    @property
    def channel(self) -> Channel:
        return self.bot.slack.named("triage")

    def texts(self) -> list[str]:
        return [one["text"] for one in self.channel.messages]


@pytest.fixture
def office(bot: Bot) -> Office:
    return Office(bot)


def raw(title: str = "37 % fail", status: str = "firing", **facts: Any) -> Signal:
    return heard("alertmanager", "{}:{}", title=title, status=status, labels=LABELS, **facts)  # type: ignore[arg-type]


async def test_one_message_is_kept_up_to_date(office: Office) -> None:
    """Fires, gets worse, ends, fires again: one message that says each; what brings no news calls nothing."""
    slack = office.bot.slack
    await office.hears(raw())
    await office.hears(raw("50 % fail"))
    assert office.texts() == ["🟠 Search answers: 50 % fail"]
    await office.hears(raw(status="resolved"))
    assert office.texts() == ["✅ resolved: Search answers: 50 % fail"]
    await office.hears(raw())
    assert office.texts() == ["🟠 Search answers: 37 % fail"]
    calls = len(slack.calls)
    await office.hears(raw())
    assert len([one for one in slack.calls[calls:] if one[0] != "auth.test"]) == 0
    assert (slack.count("chat.postMessage"), slack.count("chat.update")) == (1, 3)


async def test_a_change_that_nobody_would_see_is_not_sent(office: Office) -> None:
    """The room's opening is drawn once; a further effect with the same text updates nothing."""
    await office.hears(raw())
    key = raw().key
    await office.bot.declare(signal=key)
    await office.bot.run()
    assert words(office.channel.messages[0]["blocks"])[-1] == "[Join INC-1]"
    updates = office.bot.slack.count("chat.update")
    await office.bot.ask(c.Dismiss("false-alarm", "all was well"))
    await office.bot.ask(c.Reopen("it was not"))
    await office.bot.run()
    shown = words(office.channel.messages[0]["blocks"])
    assert shown[-1] == "[Join INC-1]"
    in_triage = [args for method, args in office.bot.slack.calls if method == "chat.update"]
    assert len([args for args in in_triage[updates:] if args["channel"] == office.channel.id]) == 0


async def test_an_incident_is_told_what_changed_before_it_was_declared(office: Office) -> None:
    """The alert ended while the form was open: the room hears of it, and its next firing is news to it."""
    await office.hears(raw())
    await office.hears(raw(status="resolved"))
    key = raw().key
    await office.bot.declare(signal=key)
    await office.bot.run()
    state = await office.bot.desk.state(1)
    assert state is not None
    assert state.signals == ((key, "resolved"),)


async def test_an_unclear_post_is_looked_for_before_it_is_repeated(office: Office) -> None:
    """The answer of the post is lost: the message is found by its key, and there is one."""
    slack = office.bot.slack
    slack.faults = [Fault("chat.postMessage", SlackFault(Kind.UNCLEAR, "timeout"), effect=True)]
    await office.hears(raw())
    assert office.texts() == ["🟠 Search answers: 37 % fail"]
    found = await known(office.bot.desk, raw().key)
    assert found is not None
    assert found[0].ts == office.channel.messages[0]["ts"]


async def test_an_unclear_change_is_sent_again_though_it_was_taken_back(office: Office) -> None:
    """The end was shown and its answer lost; it fires again before the second try: the message must not stay green."""
    slack = office.bot.slack
    await office.hears(raw())
    slack.faults = [Fault("chat.update", SlackFault(Kind.UNCLEAR, "timeout"), effect=True)]
    await take_in(office.bot.desk, [raw(status="resolved")])
    await office.bot.run(until=lambda: slack.count("chat.update") == 1)
    assert office.texts() == ["✅ resolved: Search answers: 37 % fail"]
    await office.hears(raw())
    assert office.texts() == ["🟠 Search answers: 37 % fail"]


async def test_a_deleted_message_is_not_posted_again_while_it_fires(office: Office) -> None:
    """Somebody deleted it; news do not bring it back, its next firing does."""
    await office.hears(raw())
    office.channel.messages.clear()
    await office.hears(raw("50 % fail"))
    await office.hears(raw("60 % fail"))
    assert office.texts() == []
    await office.hears(raw(status="resolved"))
    assert office.texts() == []
    await office.hears(raw("70 % fail"))
    assert office.texts() == ["🟠 Search answers: 70 % fail"]


async def test_without_a_triage_channel_alerts_are_kept_and_nothing_is_owed(bot: Bot) -> None:
    """No channel is set: the effect is cancelled, and health shows nothing."""
    office = Office(bot, "")
    await office.hears(raw())
    assert bot.counts() == {"owed": 0, "trying": 0, "held": 0, "buried": 0}
    assert await known(bot.desk, raw().key) is not None


async def test_a_triage_channel_that_does_not_exist_is_told_by_doctor_and_health(bot: Bot) -> None:
    """A wrong name buries the effect with the name in its error."""
    office = Office(bot, "traige")
    await office.hears(raw())
    (row,) = bot.database.run(outbox.listing)
    assert (row.state, row.error) == ("buried", "there is no channel traige")


async def test_a_channel_that_refuses_buries_the_effect(office: Office) -> None:
    """Slack's refusal is kept as it is, and no incident is told, as there is none."""
    office.bot.slack.faults = [Fault("chat.postMessage", refused("is_archived"))]
    await office.hears(raw())
    (row,) = office.bot.database.run(outbox.listing)
    assert (row.state, row.error) == ("buried", "is_archived")


# Declare


async def until(reached: Callable[[], bool]) -> None:
    """Forms are opened beside the acknowledgement."""
    async with asyncio.timeout(5):
        while not reached():  # noqa: ASYNC110 - it is a list that is filled, and no event
            await asyncio.sleep(0.01)


class Acks:
    """Counts acknowledgements; nothing may have been called before the first."""

    def __init__(self, office: Office) -> None:
        self.before: int | None = None
        self._calls = office.bot.slack.calls

    async def __call__(self, **_: Any) -> None:
        self.before = len(self._calls)


async def test_declare_opens_the_form_filled_from_the_alert(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """The click is acknowledged first, the form comes without the database, and carries the alert's key."""
    await office.hears(raw(text="Users see 502"))
    button = office.channel.messages[0]["blocks"][-1]["elements"][0]
    views: list[Json] = []
    monkeypatch.setattr(office.bot.slack, "_views_open", lambda args: views.append(args["view"]) or {}, raising=False)
    monkeypatch.setattr(office.bot.desk, "database", None)
    acks, calls = Acks(office), len(office.bot.slack.calls)
    body = {"trigger_id": "1.2", "response_url": "https://hooks.example/r", "user": {"id": ALICE}}
    await office.triage.declare(acks, body, button)
    assert acks.before == calls
    await until(lambda: len(views) == 1)
    (view,) = views
    check_view(view)
    assert json.loads(view["private_metadata"]) == {"signal": raw().key, "answer": "https://hooks.example/r"}
    fields = {block["block_id"]: block["element"] for block in view["blocks"]}
    assert fields["title"]["initial_value"] == "37 % fail"
    assert fields["impact"]["initial_value"] == "Users see 502"
    assert fields["severity"]["initial_option"]["value"] == "SEV2"
    assert fields["service"]["initial_option"]["value"] == "search-answers"


async def test_a_click_on_an_odd_button_opens_an_empty_form(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """A button of another version, or one that was tampered with, still opens the form."""
    views: list[Json] = []
    monkeypatch.setattr(office.bot.slack, "_views_open", lambda args: views.append(args["view"]) or {}, raising=False)
    for value in ("", "alertmanager-1", "[1]", '{"signal": 7, "severity": "SEV9", "class": "odd"}'):
        await office.triage.declare(Acks(office), {"trigger_id": "1.2"}, {"value": value})
    await until(lambda: len(views) == 4)
    for view in views:
        check_view(view)
        assert all("initial_option" not in block["element"] for block in view["blocks"])


def test_the_button_is_listened_to() -> None:
    """The action of the button is the one that is registered."""
    app = AsyncApp(token="xoxb-1", signing_secret="x")
    before = len(app._async_listeners)
    Triage(None, None, "").register(app)  # type: ignore[arg-type]
    assert len(app._async_listeners) == before + 1
    assert draw(record(signal()), None, CATALOGUE).blocks[-1]["elements"][0]["action_id"] == "declare_signal"
