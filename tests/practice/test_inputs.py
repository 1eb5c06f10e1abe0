"""What people choose and enter, in messages and in forms."""

from __future__ import annotations

from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from practice.service import Service
from tests.practice.desk import Json, Person, actions, button, modal, plain, refusal
from tests.practice.line import Line
from tests.practice.parts import fitted
from tests.practice.stage import ALICE, TRIAGE, Stage

pytestmark = pytest.mark.usefixtures("impatient")


def option(name: str) -> Json:
    return {"text": plain(name.capitalize()), "value": name}


GROUPS = [
    {"label": plain("Calm"), "options": [option("low"), option("middle")]},
    {"label": plain("Bad"), "options": [option("high")]},
]
FEW = [option("low"), option("high")]

INPUTS: list[tuple[str, Json, Any, str, Any]] = [
    ("select", {"type": "static_select", "options": FEW}, "high", "selected_option", option("high")),
    ("select by text", {"type": "static_select", "options": FEW}, "High", "selected_option", option("high")),
    ("groups", {"type": "static_select", "option_groups": GROUPS}, "middle", "selected_option", option("middle")),
    ("radio", {"type": "radio_buttons", "options": FEW}, "low", "selected_option", option("low")),
    ("ticks", {"type": "checkboxes", "options": FEW}, ["low", "high"], "selected_options", FEW),
    ("user by name", {"type": "users_select"}, "@bob", "selected_user", "U0BOB"),
    ("user by id", {"type": "users_select"}, "U0CAROL", "selected_user", "U0CAROL"),
    ("users", {"type": "multi_users_select"}, ["bob", "U0CAROL"], "selected_users", ["U0BOB", "U0CAROL"]),
    ("date", {"type": "datepicker"}, "2026-11-30", "selected_date", "2026-11-30"),
    ("time", {"type": "timepicker"}, "03:00", "selected_time", "03:00"),
    ("channel", {"type": "conversations_select"}, "#triage", "selected_conversation", TRIAGE),
]
ids = [row[0] for row in INPUTS]


@pytest.mark.parametrize(("element", "plainly", "field", "value"), [row[1:] for row in INPUTS], ids=ids)
async def test_in_a_message(
    person: Person, line: Line, client: AsyncWebClient, element: Json, plainly: Any, field: str, value: Any
) -> None:
    """What is chosen in a message is told at once, in the action and among the message's values."""
    blocks = [actions({**element, "action_id": "pick"}, button())]
    posted = await client.chat_postMessage(channel=TRIAGE, text="x", blocks=blocks)
    where: Json = {"user": "alice", "channel": "triage", "ts": posted["ts"]}
    assert (await person.does("click", **where, action_id="pick", value=plainly))["ok"]
    body = line.envelopes[-1]["payload"]
    action = body["actions"][0]
    assert (action["type"], action["action_id"], action[field]) == (element["type"], "pick", value)
    assert body["state"]["values"] == {action["block_id"]: {"pick": {"type": element["type"], field: value}}}


@pytest.mark.parametrize(("element", "plainly", "field", "value"), [row[1:] for row in INPUTS], ids=ids)
async def test_in_a_form(
    person: Person,
    line: Line,
    service: Service,
    client: AsyncWebClient,
    element: Json,
    plainly: Any,
    field: str,
    value: Any,
) -> None:
    """What is entered in a form comes with its submission, empty where nothing was entered."""
    two = [fitted({**element, "action_id": "value"}), {**fitted({**element, "action_id": "value"}), "block_id": "c"}]
    form = modal(*({**one, "optional": True} for one in two))
    view = (await client.views_open(trigger_id=Stage(service).trigger(), view=form))["view"]
    assert (await person.does("submit", user="alice", view_id=view["id"], values={"b": plainly}))["ok"]
    values = line.envelopes[-1]["payload"]["view"]["state"]["values"]
    assert values["b"] == {"value": {"type": element["type"], field: value}}
    assert values["c"]["value"][field] in (None, [])


WRONG: list[tuple[Json, Any, str]] = [
    ({"type": "static_select", "option_groups": GROUPS}, "none", "no option 'none'; there are 'low', 'middle', 'high'"),
    ({"type": "users_select"}, "nobody", "there is no user 'nobody'"),
    ({"type": "users_select"}, "erin", "there is no user 'erin'"),
    ({"type": "datepicker"}, "30.11.2026", "a datepicker takes YYYY-MM-DD, not '30.11.2026'"),
    ({"type": "datepicker"}, "2026-02-30", "a datepicker takes YYYY-MM-DD, not '2026-02-30'"),
    ({"type": "timepicker"}, "3 am", "a timepicker takes HH:MM, not '3 am'"),
    ({"type": "conversations_select"}, "nowhere", "there is no channel 'nowhere'"),
]


@pytest.mark.parametrize(("element", "plainly", "says"), WRONG, ids=[str(row[1]) for row in WRONG])
async def test_what_cannot_be_chosen(
    person: Person, line: Line, client: AsyncWebClient, element: Json, plainly: Any, says: str
) -> None:
    """What the element does not offer is refused with what it offers, and nothing is sent. Erin is deactivated."""
    await person.does("deactivate", user="erin")
    line.envelopes.clear()
    posted = await client.chat_postMessage(channel=TRIAGE, text="x", blocks=[actions({**element, "action_id": "pick"})])
    answer = await person.does(
        "click", user="alice", channel="triage", ts=posted["ts"], action_id="pick", value=plainly
    )
    assert (answer["status"], says in answer["error"]) == (400, True)
    assert [one["type"] for one in line.envelopes if one["type"] == "interactive"] == []


async def test_errors_beside_the_fields(person: Person, line: Line, service: Service, client: AsyncWebClient) -> None:
    """A required choice that was not made is said beside its field, and the form is not sent."""
    form = modal(fitted({"type": "users_select", "action_id": "value"}))
    view = (await client.views_open(trigger_id=Stage(service).trigger(), view=form))["view"]
    answer = await person.does("submit", user="alice", view_id=view["id"], values={})
    assert answer["errors"] == {"b": "Please complete this required field."}
    assert line.envelopes == []


INITIAL: list[tuple[Json, bool]] = [
    ({"type": "datepicker", "initial_date": "2026-11-30"}, True),
    ({"type": "datepicker", "initial_date": "2026-13-30"}, False),
    ({"type": "datepicker", "initial_date": "tomorrow!!"}, False),
    ({"type": "timepicker", "initial_time": "23:59"}, True),
    ({"type": "timepicker", "initial_time": "24:00"}, False),
]


@pytest.mark.parametrize(("element", "good"), INITIAL, ids=[str(row[0]) for row in INITIAL])
async def test_initial_dates(service: Service, client: AsyncWebClient, element: Json, good: bool) -> None:
    """Slack takes dates as YYYY-MM-DD and times as HH:MM, and nothing else."""
    stage = Stage(service)
    view = modal(fitted({**element, "action_id": "value"}))
    if good:
        assert (await client.views_open(trigger_id=stage.trigger(), view=view))["ok"]
    else:
        refused = await refusal(client, "views.open", trigger_id=stage.trigger(), view=view)
        assert refused["error"] == "invalid_arguments"
        name = next(name for name in element if name.startswith("initial"))
        assert f"[json-pointer:/view/blocks/0/element/{name}]" in refused["response_metadata"]["messages"][0]


async def test_a_choice_in_an_ephemeral(person: Person, line: Line, client: AsyncWebClient) -> None:
    """Only who sees the message can choose in it."""
    blocks = [actions({"type": "users_select", "action_id": "pick"})]
    ts = (await client.chat_postEphemeral(channel=TRIAGE, user=ALICE, text="x", blocks=blocks))["message_ts"]
    choice: Json = {"channel": "triage", "ts": ts, "action_id": "pick", "value": "bob"}
    assert (await person.does("click", user="bob", **choice))["status"] == 400
    assert (await person.does("click", user="alice", **choice))["ok"]
    assert line.envelopes[-1]["payload"]["actions"][0]["selected_user"] == "U0BOB"


async def test_a_choice_stays(person: Person, line: Line, client: AsyncWebClient) -> None:
    """What one person chose in a message comes with their next click in it, and with nobody else's."""
    blocks = [{**actions({"type": "static_select", "action_id": "pick", "options": FEW}, button()), "block_id": "row"}]
    posted = await client.chat_postMessage(channel=TRIAGE, text="x", blocks=blocks)
    where: Json = {"channel": "triage", "ts": posted["ts"]}
    await person.does("click", user="alice", **where, action_id="pick", value="high")
    await client.chat_update(channel=TRIAGE, ts=posted["ts"], text="y", blocks=blocks)
    chosen = []
    for user in ("alice", "bob"):
        await person.does("click", user=user, **where, text="Go")
        chosen.append(line.envelopes[-1]["payload"]["state"]["values"]["row"]["pick"]["selected_option"])
    assert chosen == [option("high"), None]
