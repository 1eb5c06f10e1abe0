"""Commands, clicks, forms and events with the real slack_bolt over Socket Mode."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from practice import delivery
from practice.interactions import RESPONSE_LIFE_S
from practice.service import Service
from tests.practice.desk import Json, Person, actions, bolt, button, connected, modal, plain, text_field
from tests.practice.stage import ALICE, BOT, TRIAGE, Stage


class Recorder:
    """An app that keeps what it gets; ``answers`` says how it acknowledges each kind."""

    def __init__(self, app: AsyncApp) -> None:
        self.app = app
        self.bodies: list[Json] = []
        self.answer: Any = None
        app.command("/incident")(self.command)
        app.action({"type": "block_actions", "action_id": "go"})(self.keep)
        app.action("pick")(self.keep)
        app.view("form")(self.submitted)
        app.view_closed("form")(self.keep)
        app.shortcut("declare")(self.keep)
        app.shortcut("report")(self.keep)
        for event in ("message", "reaction_added", "member_joined_channel", "member_left_channel", "channel_left"):
            app.event(event)(self.keep)
        for event in ("app_home_opened", "user_change", "channel_archive", "channel_rename", "pin_added"):
            app.event(event)(self.keep)

    async def command(self, ack: Any, body: Json) -> None:
        self.bodies.append(body)
        await ack(self.answer or "heard")

    async def submitted(self, ack: Any, body: Json) -> None:
        self.bodies.append(body)
        await ack(**(self.answer or {}))

    async def keep(self, ack: Any, body: Json) -> None:
        self.bodies.append(body)
        await ack()

    def events(self, kind: str) -> list[Json]:
        return [body["event"] for body in self.bodies if body.get("event", {}).get("type") == kind]


@pytest.fixture
async def app(service: Service, client: AsyncWebClient) -> AsyncIterator[Recorder]:
    recorder = Recorder(bolt(client))
    async with connected(service, recorder.app):
        yield recorder


async def test_a_command(person: Person, app: Recorder) -> None:
    """A command arrives escaped and with every field of Slack's; what it is acknowledged with, one person sees."""
    app.answer = "noted"
    typed = "note @carol & <b> in #triage @here see https://example.com/?a=1 for @nobody"
    answer = await person.does("command", user="alice", channel="#general", command="/incident", text=typed)
    assert (answer["ok"], answer["error"], [one["text"] for one in answer["ephemerals"]]) == (True, None, ["noted"])
    assert len(answer["ack_ms"]) == 1
    body = app.bodies[0]
    assert body["text"] == (
        "note <@U0CAROL|carol> &amp; &lt;b&gt; in <#C0TRIAGE|triage> <!here> see <https://example.com/?a=1> for @nobody"
    )
    assert set(body) >= {
        "token", "team_id", "team_domain", "channel_id", "channel_name", "user_id", "user_name", "command",
        "api_app_id", "response_url", "trigger_id", "is_enterprise_install",
    }  # fmt: skip
    seen = await person.sees("messages/general?user=alice")
    assert [one["text"] for one in seen if one.get("is_ephemeral")] == ["noted"]
    assert not [one for one in await person.sees("messages/general?user=bob") if one.get("is_ephemeral")]


async def test_the_same_payload_many_times(person: Person, app: Recorder) -> None:
    """``times`` delivers one payload again and again: same trigger, same response URL."""
    answer = await person.does("command", user="alice", channel="triage", command="/incident", text="x", times=5)
    assert len(answer["ack_ms"]) == 5
    assert len({body["trigger_id"] for body in app.bodies}) == 1


async def test_nobody_is_connected(person: Person) -> None:
    """Without an app the person sees dispatch_failed, at once."""
    answer = await person.does("command", user="alice", channel="triage", command="/incident", text="x")
    assert (answer["ok"], answer["error"], answer["status"]) == (False, "dispatch_failed", 200)


async def test_three_seconds(
    person: Person, service: Service, client: AsyncWebClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An app that acknowledges too late, or dies over it, leaves the person with operation_timeout. Three seconds are
    waited for it; here, a fifth of that."""
    assert delivery.ACK_S == 3
    monkeypatch.setattr(delivery, "ACK_S", 0.6)
    app = bolt(client)
    received = asyncio.Event()

    @app.command("/incident")
    async def slow(ack: Any, body: Json) -> None:
        received.set()
        await asyncio.sleep(60)

    async with connected(service, app) as handlers:
        late = asyncio.create_task(person.does("command", user="alice", channel="triage", command="/incident"))
        answer = await late
        assert answer["error"] == "operation_timeout"
        assert 590 < answer["ack_ms"][0] < 1100
        received.clear()
        monkeypatch.setattr(delivery, "ACK_S", 3)
        dying = asyncio.create_task(person.does("command", user="alice", channel="triage", command="/incident"))
        await received.wait()
        await handlers[0].close_async()
        answer = await dying
        assert answer["error"] == "operation_timeout"
        assert answer["ack_ms"][0] < 1000


async def test_each_delivery_goes_to_one_socket(person: Person, service: Service, client: AsyncWebClient) -> None:
    """Three connections share the deliveries: every one arrives, none twice, each of them gets a third."""
    apps = [Recorder(bolt(client)) for _ in range(3)]
    async with connected(service, apps[0].app), connected(service, apps[1].app), connected(service, apps[2].app):
        for number in range(9):
            await person.does("command", user="alice", channel="triage", command="/incident", text=f"{number}")
        copies = await person.does("command", user="alice", channel="triage", command="/incident", text="x", times=6)
    texts = [[body["text"] for body in one.bodies] for one in apps]
    assert sorted(text for each in texts for text in each) == [*(f"{number}" for number in range(9)), *"xxxxxx"]
    assert [len(each) for each in texts] == [5, 5, 5]
    assert len(copies["ack_ms"]) == 6


async def test_refresh(person: Person, service: Service, app: Recorder) -> None:
    """After refresh_requested the app comes back by itself on a new socket."""
    old = service.sockets.connections[0]
    await person.does("disconnect")
    async with asyncio.timeout(5):
        while service.sockets.connections in ([], [old]):  # noqa: ASYNC110 - Slack tells no one either
            await asyncio.sleep(0.01)
    answer = await person.does("command", user="alice", channel="triage", command="/incident", text="x")
    assert answer["ok"]


@pytest.mark.usefixtures("impatient")
async def test_a_click(person: Person, app: Recorder, client: AsyncWebClient) -> None:
    """A button is found by its visible text; the payload has message, container, action, trigger and response URL."""
    blocks = [actions(button(value="7", text=plain("Join")), button(action_id="other", text=plain("Leave")))]
    posted = await client.chat_postMessage(channel=TRIAGE, text="card", blocks=blocks)
    answer = await person.does("click", user="bob", channel="#triage", ts=posted["ts"], text="Join")
    assert answer["ok"]
    body = app.bodies[-1]
    action = body["actions"][0]
    assert (action["action_id"], action["value"], action["type"]) == ("go", "7", "button")
    assert body["container"] == {
        "type": "message",
        "message_ts": posted["ts"],
        "channel_id": TRIAGE,
        "is_ephemeral": False,
    }
    assert body["message"]["text"] == "card"
    assert body["user"]["name"] == "bob"
    wrong = await person.does("click", user="bob", channel="#triage", ts=posted["ts"], text="Jion")
    assert (wrong["status"], wrong["error"]) == (
        400,
        "there is no 'Jion' to click; there are go (Join), other (Leave)",
    )


@pytest.mark.usefixtures("impatient")
async def test_a_choice(person: Person, app: Recorder, client: AsyncWebClient) -> None:
    """A select and an overflow send the option that was chosen."""
    two = [{"text": plain("One"), "value": "1"}, {"text": plain("Two"), "value": "2"}]
    select = {"type": "static_select", "action_id": "pick", "options": two}
    overflow = {"type": "overflow", "action_id": "go", "options": two}
    posted = await client.chat_postMessage(channel=TRIAGE, text="x", blocks=[actions(select), actions(overflow)])
    await person.does("click", user="bob", channel="triage", ts=posted["ts"], action_id="pick", value="2")
    await person.does("click", user="bob", channel="triage", ts=posted["ts"], text="One")
    assert [body["actions"][0]["selected_option"]["value"] for body in app.bodies] == ["2", "1"]


async def test_response_urls(
    person: Person, app: Recorder, service: Service, client: AsyncWebClient, http: aiohttp.ClientSession
) -> None:
    """Five posts in half an hour: the sixth is used_url, a late one expired_url, one to nowhere invalid_url."""
    await person.does("command", user="alice", channel="triage", command="/incident", text="x")
    url = app.bodies[0]["response_url"]

    async def respond(to: str, **body: Any) -> tuple[int, str | None]:
        async with http.post(to, json=body) as response:
            return response.status, (await response.json()).get("error")

    assert await respond(url, text="one") == (200, None)
    assert await respond(url, text="two", response_type="in_channel") == (200, None)
    assert await respond(url) == (200, "no_text")
    for text in ("four", "five"):
        assert await respond(url, text=text) == (200, None)
    assert await respond(url, text="six") == (404, "used_url")
    assert await respond(url[:-3], text="x") == (404, "invalid_url")
    seen = await person.sees("messages/triage?user=alice")
    assert [one["text"] for one in seen if one.get("is_ephemeral")] == ["heard", "one", "four", "five"]
    assert [one["text"] for one in seen if one.get("user") == BOT and not one.get("is_ephemeral")] == ["two"]
    await person.does("command", user="alice", channel="triage", command="/incident", text="x")
    url = app.bodies[-1]["response_url"]
    service.workspace.response_urls[url.rpartition("/")[2]].at -= RESPONSE_LIFE_S - 60
    assert await respond(url, text="just in time") == (200, None)
    service.workspace.response_urls[url.rpartition("/")[2]].at -= 61
    assert await respond(url, text="too late") == (404, "expired_url")


async def test_replacing_what_was_clicked(person: Person, app: Recorder, client: AsyncWebClient) -> None:
    """An ephemeral message is replaced and deleted by the response URL of a click in it; others never see it."""
    await client.chat_postEphemeral(channel=TRIAGE, user=ALICE, text="ask", blocks=[actions(button())])
    ts = (await person.sees("messages/triage?user=alice"))[-1]["ts"]
    refused = await person.does("click", user="bob", channel="triage", ts=ts, text="Go")
    assert refused["status"] == 400
    await person.does("click", user="alice", channel="triage", ts=ts, text="Go")
    body = app.bodies[-1]
    assert body["container"]["is_ephemeral"] is True
    assert "message" not in body
    await app.app.client.api_call(body["response_url"], json={"replace_original": True, "text": "done"})
    assert [one["text"] for one in await person.sees("messages/triage?user=alice")] == ["done"]
    await app.app.client.api_call(body["response_url"], json={"delete_original": True})
    assert await person.sees("messages/triage?user=alice") == []


async def test_a_form(person: Person, app: Recorder, service: Service, client: AsyncWebClient) -> None:
    """Plain values become state.values of each kind of element; what is left alone keeps its initial value."""
    options = [{"text": plain("Low"), "value": "low"}, {"text": plain("High"), "value": "high"}]

    def field(name: str, kind: str, **more: Any) -> Json:
        element = {"type": kind, "action_id": "value", **more}
        return {"type": "input", "block_id": name, "label": plain(name), "element": element, "optional": True}

    form = modal(
        text_field(),
        field("level", "static_select", options=options, initial_option=options[0]),
        field("radio", "radio_buttons", options=options),
        field("ticks", "checkboxes", options=options),
        field("who", "users_select"),
        field("when", "datepicker"),
        callback_id="form",
        private_metadata="kept",
    )
    view = (await client.views_open(trigger_id=Stage(service).trigger(), view=form))["view"]
    values = {"title": "Slow", "radio": "High", "ticks": True, "who": "@bob", "when": "2026-11-22"}
    answer = await person.does("submit", user="alice", view_id=view["id"], values=values)
    assert answer["ok"]
    sent = app.bodies[0]["view"]
    state = {name: next(iter(fields.values())) for name, fields in sent["state"]["values"].items()}
    assert state["title"] == {"type": "plain_text_input", "value": "Slow"}
    assert state["level"]["selected_option"]["value"] == "low"
    assert state["radio"]["selected_option"]["value"] == "high"
    assert [one["value"] for one in state["ticks"]["selected_options"]] == ["low", "high"]
    assert (state["who"]["selected_user"], state["when"]["selected_date"]) == ("U0BOB", "2026-11-22")
    assert (sent["private_metadata"], sent["callback_id"], sent["id"]) == ("kept", "form", view["id"])
    assert await person.sees("views/alice") == {"modals": [], "home": None}


async def test_what_the_client_checks(person: Person, app: Recorder, service: Service, client: AsyncWebClient) -> None:
    """An empty required field, or a text that is too short or long, is told beside the field and nothing is sent."""
    form = modal(text_field(element={"min_length": 2, "max_length": 4}), callback_id="form")
    view_id = (await client.views_open(trigger_id=Stage(service).trigger(), view=form))["view"]["id"]
    said = []
    for title in ("", "x", "xxxxx"):
        answer = await person.does("submit", user="alice", view_id=view_id, values={"title": title})
        said.append(answer["errors"]["title"])
    assert said == [
        "Please complete this required field.",
        "Must be at least 2 characters.",
        "Must be at most 4 characters.",
    ]
    assert app.bodies == []


@pytest.mark.parametrize(
    ("answer", "titles"),
    [
        (None, ["Below"]),
        ({"response_action": "clear"}, []),
        ({"response_action": "update", "view": modal(text_field(), title=plain("Next"))}, ["Below", "Next"]),
        ({"response_action": "push", "view": modal(text_field(), title=plain("Top"))}, ["Below", "Form", "Top"]),
        ({"response_action": "errors", "errors": {"title": "Taken."}}, ["Below", "Form"]),
    ],
)
async def test_response_actions(
    person: Person, app: Recorder, service: Service, client: AsyncWebClient, answer: Json | None, titles: list[str]
) -> None:
    """Each answer to a submission does to the stack of modals what Slack does."""
    stage = Stage(service)
    await client.views_open(trigger_id=stage.trigger(), view=modal(text_field(), title=plain("Below")))
    below = service.workspace.views[(await person.sees("views/alice"))["modals"][0]["id"]]
    form = modal(text_field(), callback_id="form")
    view = (await client.views_push(trigger_id=stage.trigger(view=below), view=form))["view"]
    app.answer = answer
    done = await person.does("submit", user="alice", view_id=view["id"], values={"title": "x"})
    assert done["errors"] == (answer or {}).get("errors", {})
    assert [one["title"]["text"] for one in (await person.sees("views/alice"))["modals"]] == titles


async def test_an_update_keeps_what_was_entered(person: Person, service: Service, client: AsyncWebClient) -> None:
    """views.update leaves the person's input where block and action ids stay."""
    view_id = (await client.views_open(trigger_id=Stage(service).trigger(), view=modal(text_field())))["view"]["id"]
    await person.does("submit", user="alice", view_id=view_id, values={"title": "typed"})
    await client.views_update(view_id=view_id, view=modal({"type": "divider"}, text_field()))
    state = (await person.sees("views/alice"))["modals"][0]["state"]["values"]
    assert state["title"]["value"]["value"] == "typed"


async def test_closing_a_form(person: Person, app: Recorder, service: Service, client: AsyncWebClient) -> None:
    """A form that asked for it tells the app when it is closed."""
    form = modal(text_field(), callback_id="form", notify_on_close=True)
    view_id = (await client.views_open(trigger_id=Stage(service).trigger(), view=form))["view"]["id"]
    await person.does("close_view", user="alice", view_id=view_id)
    assert (app.bodies[0]["type"], app.bodies[0]["is_cleared"]) == ("view_closed", False)


@pytest.mark.usefixtures("impatient")
async def test_shortcuts_and_home(person: Person, app: Recorder, client: AsyncWebClient, service: Service) -> None:
    """Global and message shortcuts, and opening the Home tab, reach the app."""
    ts = Stage(service).message(user=ALICE)
    await person.does("shortcut", user="bob", callback_id="declare")
    await person.does("shortcut", user="bob", callback_id="report", channel="triage", ts=ts)
    await client.views_publish(user_id="U0BOB", view={"type": "home", "blocks": [{"type": "divider"}]})
    answer = await person.does("home", user="bob")
    kinds = [body.get("event", body)["type"] for body in app.bodies]
    assert kinds == ["message", "shortcut", "message_action", "app_home_opened"]
    assert app.bodies[2]["message"]["ts"] == ts
    assert answer["view"]["blocks"][0]["type"] == "divider"
