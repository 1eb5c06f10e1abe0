"""What people see: within every limit of Slack, harmless, and saying what it should."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Any

import pytest

from practice.limits import check_blocks, check_view
from stanch.core import commands as c, events as e
from stanch.core.catalogue import Catalogue, Klass, Service
from stanch.core.draft_events import SaidTo
from stanch.core.effects import POSTED
from stanch.core.incident import PHASES
from stanch.core.phases import NOW as STEPS_NOW
from stanch.core.roles import ROLES
from stanch.slack import forms, messages as m
from stanch.slack.directory import Directory
from stanch.slack.draft_forms import DraftForms, Typed
from stanch.slack.render import Message, Render
from stanch.slack.rooms import room_name
from stanch.slack.texts import Texts
from stanch.store import catalogue as files
from stanch.store.outbox import Owed
from stanch.store.templates import Templates
from tests.core.test_chain import sample_of
from tests.core.test_clocks import catalogue, life
from tests.fakes.bot import ROOT
from tests.fakes.slack import FakeSlack
from tests.fakes.world import ALICE, BOB, CATALOGUE, DAVE, ERIN, LATER_DAY, Tale, declared, opened, severity, walked

PINGS = re.compile(r"<!(channel|here|everyone|subteam)|<@")


def people() -> Directory:
    directory = Directory(FakeSlack(lambda: 0.0))
    for user in FakeSlack(lambda: 0.0).users:
        directory.learn(user)
    return directory


@pytest.fixture
def render() -> Render:
    return Render(CATALOGUE, people())


def test_a_notification_ends_with_no_half_of_a_moment(render: Render) -> None:
    """However long a title is: where the text is cut within a moment, a mention or an escaped letter, that is left out
    whole."""
    for rest in ("<!date^17953…", "<@U0BO…", "<…", "&am…", "&…"):
        assert render.fallback(opened().state, f"Please answer by {rest}") == "Please answer by…"
    for whole in ("by <!date^1|x>…", "<@U0BOB>, then…", "1 &lt; 2…", "it is over"):
        assert render.fallback(opened().state, whole) == whole


HOSTILE = (
    "<!channel> <@U0BOB> & `code` *bold* ", "&&&&&&&&&&", "<<<<<<<<<<", "🏳️‍🌈", "العربية ", "long words ", "a\nb\n",
    "|>|>",
)  # fmt: skip


@cache
def filled(text: str) -> Tale:
    """Every field as full as it can be, with this text over and over. Shared between tests: to look at only."""
    long = text * (3_500 // len(text) + 1)
    tale = opened(title=long, severity="SEV1", klass="quality_regression", impact=long, drill=True)
    for command in (
        c.Change("scope", long), c.SayUpdate(long), c.Note(long), c.Suppose(long), c.AddEvidence(long),
        c.Bleeding("yes", long), *[c.Applied(long)] * 12, c.MoveMitigation("kept", 3, BOB, LATER_DAY, long),
        c.Judge(19, 1, long), c.Contain(long), c.Explain("probable", long), c.Watch(long), c.ReportTrouble(long, long),
        c.GiveRole("scribe", ERIN), c.ReportMember(BOB, False), c.ReportRoomChange("archived"),
    ):  # fmt: skip
        tale.do(command)
    return tale


def marked(node: Any) -> str:
    """Every text in which Slack reads marks: plain text objects pinged nobody yet."""
    if isinstance(node, dict):
        own = str(node["text"]) if node.get("type") == "mrkdwn" else ""
        return own + "".join(marked(value) for value in node.values())
    return "".join(map(marked, node)) if isinstance(node, list | tuple) else ""


def messages(render: Render, tale: Tale) -> Iterator[Message]:
    i = tale.incident
    yield render.card(i)
    yield render.announcement(i)
    yield render.now(i)
    yield render.neutral(i, "words " * 20)
    for state in (replace(i, restricted=True), replace(i, seats={}), replace(i, klass="gone", service="gone")):
        yield render.card(state)
        yield render.announcement(state)


@pytest.mark.parametrize("text", HOSTILE)
def test_cards_and_announcements_stay_within_slacks_limits(render: Render, text: str) -> None:
    """With every field full of hostile text Slack takes each message, and its notification is short and
    pings nobody."""
    for message in messages(render, filled(text)):
        check_blocks(list(message.blocks))
        assert not PINGS.search(marked(message.blocks))
        assert 0 < len(message.text) <= 3_000
        assert not PINGS.search(message.text)


@pytest.mark.parametrize("text", HOSTILE)
def test_every_entry_of_a_room_stays_within_slacks_limits(text: str) -> None:
    """Each event that the room is told of, at its longest, is one message that Slack takes."""
    tale = filled(text)
    parts = {"render": Render(CATALOGUE, people()), "templates": Templates.read(ROOT / "message_templates")}
    kit = type("Kit", (), parts | {"desk": type("Desk", (), {"catalogue": CATALOGUE})})
    told = [event for event in tale.events if event.kind in (*POSTED, "trouble", "member_left", "role_given")]
    assert {"noted", "trouble", "explained", "mitigation_moved"} <= {event.kind for event in told}
    for event in told:
        owed = Owed(1, "key", 7, "post", "lane", {"entry": event.seq}, 1, 0.0, False, 0.0, "w", event)
        message = m._about(kit, tale.incident, owed, "")  # type: ignore[arg-type]
        check_blocks(list(message.blocks))
        assert not re.search(r"<!(channel|here|everyone)", json.dumps(message.blocks))
        assert len(message.text) <= 4_000


@pytest.mark.parametrize("name", sorted(path.stem for path in (ROOT / "message_templates" / "room").glob("*.j2")))
def test_every_template_of_the_room_is_drawn(name: str) -> None:
    """Each file names only what it is given, and says something."""
    tale = opened(severity="SEV2")
    kind = {"break_glass": "pull_confirmed"}.get(name, name)
    event = tale.record(sample_of(kind)) if kind in e.KINDS else tale.events[-1]
    text = Templates.read(ROOT / "message_templates").render(
        name, **Render(CATALOGUE, people()).facts(tale.incident, event)
    )
    assert text.strip()


def crowded() -> Catalogue:
    """A catalogue beyond what forms can hold."""
    long = "very long words & <marks> " * 20
    return Catalogue(
        classes={f"k{n}": Klass(f"k{n}", long, looks_like=long, first_move=long) for n in range(12)},
        services={f"s{n}": Service(f"s{n}", long, {}, {}, ()) for n in range(150)},
        severities={f"SEV{n}": replace(severity(f"SEV{n}", long, None, timedelta()), short=long) for n in range(1, 12)},
    )  # fmt: skip


def drafts(known: Catalogue, tale: Tale) -> list[dict[str, Any]]:
    """The forms of a draft, empty, and full of what somebody typed and was warned of."""
    texts = Texts(Templates.read(ROOT / "message_templates"), known, Directory(FakeSlack(lambda: 0)))
    made, incident = DraftForms(texts, lambda: tale.now), replace(tale.incident, service="support-copilot")
    full = Typed("<&>\n" * 900, "<&>" * 900, ("room", "users"), ("It guesses. " * 40,) * 20)
    return [
        made.update(known, incident), made.update(known, incident, full), made.holding(known, incident),
        made.edit(incident, 1, "<&>" * 1_000, full.warnings),
    ]  # fmt: skip


CATALOGUES: dict[str, Catalogue] = {
    "the team's": CATALOGUE, "shipped": files.read(ROOT), "empty": Catalogue(), "crowded": crowded(),
}  # fmt: skip


@pytest.mark.parametrize("known", CATALOGUES)
def test_forms_stay_within_slacks_limits(known: str) -> None:
    """Each form is taken by Slack, empty and full, with a catalogue that is empty, shipped or far too big."""
    for tale in (declared(), filled("<&>\n"), opened(klass="security")):
        for view in (
            forms.declare(CATALOGUES[known], {"answer": "https://hooks.example/" + "x" * 300},
                          {"title": "title " * 900, "impact": "<&>" * 2_000, "said": "said " * 90}),
            forms.declare(CATALOGUES[known], {}), forms.fill_in(CATALOGUES[known], tale.incident),
            *drafts(CATALOGUES[known], tale), forms.note(CATALOGUE, replace(tale.incident, number=999_999_999)),
        ):  # fmt: skip
            check_view(view)


def test_the_declare_form_has_the_ids_that_tests_use() -> None:
    """Block ids of the contract; seven classes with what they look like, four severities with their criteria."""
    blocks = {block["block_id"]: block for block in forms.declare(CATALOGUES["shipped"], {})["blocks"]}
    assert list(blocks) == ["title", "class", "severity", "service", "impact", "private"]
    assert len(blocks["class"]["element"]["options"]) == 7
    assert len(blocks["severity"]["element"]["options"]) == 4
    for block in ("class", "severity"):
        assert all(option["description"]["text"].strip() for option in blocks[block]["element"]["options"])
        assert all("…" not in option["description"]["text"] for option in blocks[block]["element"]["options"])


def test_a_form_is_read_back() -> None:
    """Text, choices and boxes by block id; what is empty is left out; metadata that is broken is none."""
    state = {
        "title": {"value": {"type": "plain_text_input", "value": "x"}}, "impact": {"value": {"value": None}},
        "class": {"value": {"selected_option": {"value": "security"}}}, "service": {"value": {"selected_option": None}},
        "private": {"value": {"selected_options": [{"value": "yes"}]}},
    }  # fmt: skip
    assert forms.values({"state": {"values": state}}) == {"title": "x", "class": "security", "private": "yes"}
    assert forms.values({}) == {}
    assert forms.metadata({"private_metadata": '{"number": 7}'}) == {"number": 7}
    assert forms.metadata({"private_metadata": '{"answer": "https://cut'}) == forms.metadata({}) == {}
    assert forms.metadata({"private_metadata": "[1]"}) == {}


def ticked(known: Catalogue, tale: Tale) -> list[str]:
    """To whom the form would say it, as it opens."""
    blocks = {one.get("block_id"): one for one in drafts(known, tale)[0]["blocks"]}
    return [one["value"] for one in blocks["audiences"]["element"]["initial_options"]]


def test_the_form_is_ticked_for_whom_words_are_due() -> None:
    """SEV1: the room alone at first, then who in the company and outside is owed the first notice; not once told."""
    days = life(severity="SEV1", impact="wrong answers")
    assert ticked(days.tale.catalogue, days.tale) == ["room"]
    days.minutes(5)
    assert ticked(days.tale.catalogue, days.tale) == ["room", "stakeholders", "leadership"]
    days.tale.record(SaidTo("stakeholders", "first notice"))
    days.minutes(12)
    assert ticked(days.tale.catalogue, days.tale) == ["room", "leadership", "users"]


def test_a_time_of_another_day_has_its_day() -> None:
    """SEV4, due tomorrow: the card says so; SEV1, due in a quarter of an hour: the time alone."""
    render = Render(catalogue(), Directory(FakeSlack(lambda: 0.0)))
    (far, near) = (render.next_word(life(severity=one).tale.incident) for one in ("SEV4", "SEV1"))
    assert "^{date_short_pretty} {time}|" in far
    assert "^{time}|" in near


# Topic and room name


@pytest.mark.parametrize("text", [*HOSTILE, "answers cite the wrong policy"])
def test_topics_are_short_enough_as_slack_counts(render: Render, text: str) -> None:
    """At most 250 characters with their escapes, which is how Slack counts."""
    for tale in (filled(text), opened(title=text * 200, drill=True)):
        topic = render.topic(tale.incident)
        assert len(topic) <= 250
        assert not PINGS.search(topic)
        assert topic.startswith("DRILL · INC-7 · ")


@pytest.mark.parametrize(
    ("title", "facts", "name"),
    [
        ("Answers cite the wrong policy!", {}, "inc-7-answers-cite-the-wrong-policy"),
        ("Über-Größe & <!channel>", {}, "inc-7-uber-groe-channel"),
        ("العربية", {}, "inc-7-incident"),
        ("日本語 only", {}, "inc-7-only"),
        ("🔥🔥", {}, "inc-7-incident"),
        ("a_b.c/d", {}, "inc-7-a-b-c-d"),
        ("leak of customer data", {"private": True}, "inc-7-restricted"),
        ("leak", {"klass": "security"}, "inc-7-restricted"),
        ("fire drill", {"drill": True}, "inc-7-drill-fire-drill"),
    ],
)
def test_room_names(title: str, facts: dict[str, Any], name: str) -> None:
    """Lowercase letters, digits and hyphens; a restricted room says nothing; a drill says that it is one."""
    assert room_name(declared(title, **facts).incident) == name


@pytest.mark.parametrize("title", [*HOSTILE, "words " * 100, "x" * 200, "-" * 90 + "x"])
def test_room_names_are_taken_by_slack(title: str) -> None:
    """At most 80 characters with the room for `-2`, only what Slack allows, no hyphen at the end, unique by number."""
    for facts in ({}, {"drill": True}):
        name = room_name(replace(declared(title * 5, **facts).incident, number=123_456_789))
        assert re.fullmatch(r"inc-123456789-[a-z0-9-]*[a-z0-9]", name)
        assert len(name) <= 78


# What it says


def texts(message: Message) -> str:
    found: list[str] = []

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            found.extend([node["text"]] if isinstance(node.get("text"), str) else [])
            for value in node.values():
                walk(value)
        elif isinstance(node, list | tuple):
            for value in node:
                walk(value)

    walk(list(message.blocks))
    return "\n".join(found)


def buttons(message: Message) -> list[str]:
    shown = json.dumps(message.blocks, ensure_ascii=False)
    return re.findall(r'"type": "button", "text": {"type": "plain_text", "text": "([^"]+)"', shown)


def test_a_fresh_card_says_what_is_missing(render: Render) -> None:
    """No class, no severity, the service assumed, each empty seat with its button, and who acts until then."""
    text = texts(render.card(declared().incident))
    for words in (
        "INC-7 · no severity yet · answers cite the wrong policy", "No class yet in Support copilot", "_(assumed:",
        "*Users see*  not said yet", "phase *assess*", "bleeding: *unknown*", "no time is owed until a severity is set",
    ):  # fmt: skip
        assert words in text
    assert "@alice is acting" in text
    assert buttons(render.card(declared().incident)) == [
        *["Take this role"] * 4, "Record a mitigation…", "Begin to mitigate", "Draft update", "Fill in", "Add a note",
    ]  # fmt: skip


def test_a_full_card_says_what_is_known(render: Render) -> None:
    """Names, class, service, mitigations, the last word and when the next one is due."""
    tale = opened(severity="SEV2", klass="provider_outage", service="search-answers", impact="timeouts")
    for command in (c.Change("scope", "EU"), c.SayUpdate("we fail over"), c.Applied("failover 50 %")):
        tale.do(command)
    text = texts(render.card(tale.incident))
    for words in (
        "🟠 INC-7 · SEV2", "Availability in Search answers", "*Users see*  timeouts", "*Scope*  EU",
        "*Commander*  @alice",
        "… 1 failover 50 % (applied)", "*Last word*  we fail over", "from @carol", "phase *mitigate*",
    ):  # fmt: skip
        assert words in text
    assert "assumed" not in text


def test_a_role_holder_who_left_is_marked(render: Render) -> None:
    """The card shows who sits in a seat and is not in the room."""
    tale = opened()
    tale.do(c.ReportMember(BOB, False), "stanch")
    assert "*Technical lead*  @bob _(left the room)_" in texts(render.card(tale.incident))


def test_a_class_that_left_the_catalogue_is_shown_so(render: Render) -> None:
    """The incident goes on, and the card says what is wrong with its class."""
    assert "gone (no longer a class)" in texts(render.card(replace(opened().incident, klass="gone")))


def test_a_drill_is_marked_everywhere(render: Render) -> None:
    """Card, announcement, topic, list and bare command say DRILL."""
    i = opened(drill=True).incident
    for text in (
        texts(render.card(i)), texts(render.announcement(i)), render.announcement(i).text, render.topic(i),
        render.line(i, ALICE), render.now(i).text, render.details(i, [], ALICE),
    ):  # fmt: skip
        assert "DRILL" in text


def test_a_restricted_incident_shows_outsiders_a_stub(render: Render) -> None:
    """Announcement, list and show say its number, that it is restricted and who commands it: no title, no impact."""
    tale = opened(title="leak of customer data", impact="names of customers", private=True, severity="SEV1")
    i = tale.incident
    stub = "🔒 INC-7 · restricted · commander @alice"
    assert render.line(i, DAVE) == stub
    assert render.details(i, tale.events, DAVE) == stub
    assert render.announcement(i).text == stub
    assert texts(render.announcement(i)).splitlines() == [stub, "Ask to join"]
    assert buttons(render.announcement(i)) == ["Ask to join"]
    assert "leak of customer data" in render.line(i, BOB)


@pytest.mark.parametrize("phase", PHASES)
def test_bare_says_what_can_be_done_now(render: Render, phase: str) -> None:
    """In every phase the answer names the phase and the next steps."""
    text = render.now(walked(phase).incident).text
    assert f"Phase *{phase}*" in text
    assert STEPS_NOW[phase] in text


def test_lists(render: Render) -> None:
    """Nothing open says how to declare; three hundred open ones still fit into one answer of Slack's."""
    assert render.listing([], ALICE) == "No incident is open. Something wrong? `/incident declare what users see`"
    one = filled("<&> ").incident
    many = [replace(one, number=n) for n in range(1, 301)]
    text = render.listing(many, ALICE)
    assert len(text) <= 40_000
    assert "INC-1 " in text


@pytest.mark.parametrize("text", HOSTILE)
def test_catching_up_is_one_answer(render: Render, text: str) -> None:
    """However much happened, what is known, done, open and due fits one answer, in whole lines, and pings nobody."""
    tale = filled(text)
    message = render.catchup(tale.incident, tale.events, ALICE)
    check_blocks(list(message.blocks))
    assert len(message.text) <= 4_000
    assert not PINGS.search(message.text)
    assert not re.search(r"<!date[^>]*$", message.text)


def test_details_are_one_message(render: Render) -> None:
    """`show` holds the facts and the latest entries in one message, however long they are, and pings nobody."""
    tale = filled("<!channel> & words ")
    text = render.details(tale.incident, tale.events[-10:], ALICE)
    assert len(text) <= 3_900
    assert not PINGS.search(text)
    assert not re.search(r"<!date[^>]*$", text)


def test_seats_are_all_shown(render: Render) -> None:
    """Each of the four roles stands on the card under its spoken name, taken or empty."""
    for tale in (declared(), opened()):
        text = texts(render.card(tale.incident))
        assert all(f"*{spoken}*" in text for spoken in ROLES.values())
