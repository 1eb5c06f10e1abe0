"""A real alert starts it: from firing to a closed incident and its export, and what other people see of it."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.acceptance.alerts import BINARY, TOKEN, Recorded, Sender, alertmanager, deliver
from tests.acceptance.harness import ROOT, STANCH, Json, Stage, clean_environment, staged
from tests.acceptance.incidents import Incident, newest, words

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow]
TITLE = "Error ratio 37% for gpt-4o"
SHOWN_WITHIN_S = 20.0


@pytest_asyncio.fixture(loop_scope="module")
async def stage(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    """A stage for each test, whose incidents need a second of quiet and not a day; its parameter is the transport."""
    home = tmp_path / "home"
    for folder in ("runbooks", "message_templates"):
        shutil.copytree(ROOT / folder, home / folder)
    severities = home / "runbooks/catalogue/severities.yml"
    severities.write_text(severities.read_text(encoding="utf-8").replace("quiet: 24h", "quiet: 1s"), encoding="utf-8")
    env = {"STANCH_ALERTMANAGER_TOKEN": TOKEN, "STANCH_HOME": str(home)}
    async with staged(tmp_path / "stage", env, transport=getattr(request, "param", "socket")) as made:
        yield made


async def alerts(stage: Stage) -> list[Json]:
    """The bot's messages in the triage channel."""
    return [one for one in await stage.messages("triage") if "bot_id" in one]


async def shows(stage: Stage, start: str) -> Json:
    """The one message in the triage channel, once its text starts so."""
    found: list[Json] = []
    try:
        async with asyncio.timeout(SHOWN_WITHIN_S):
            while not (len(found) == 1 and found[0]["text"].startswith(start)):
                await asyncio.sleep(0.05)
                found = await alerts(stage)
    except TimeoutError:
        raise AssertionError(f"no message starts with {start}: {[one['text'] for one in found]}") from None
    await stage.settle()
    (message,) = await alerts(stage)
    return message


async def clicks(stage: Stage, user: str, text: str) -> Json:
    (message,) = await alerts(stage)
    return await stage.does("click", user=user, channel="triage", ts=message["ts"], text=text)


async def declares(stage: Stage, user: str = "alice", **values: str) -> Incident:
    """*Declare* on the alert, and the form as it is filled, with these values changed."""
    view = (await clicks(stage, user, "Declare"))["view"]
    assert view, "no form came"
    answer = await stage.does("submit", user=user, view_id=view["id"], values=values)
    assert answer["ok"], answer
    return await newest(stage)


def filled(view: Json) -> Json:
    """Block id → what stands in the form before anybody types."""
    elements = {block["block_id"]: block["element"] for block in view["blocks"] if "element" in block}
    known = {k: v.get("initial_value") or (v.get("initial_option") or {}).get("value") for k, v in elements.items()}
    return {k: v for k, v in known.items() if v}


async def phase(stage: Stage, incident: Incident, wanted: str) -> None:
    """The card says this phase, at the latest soon."""
    try:
        async with asyncio.timeout(SHOWN_WITHIN_S):
            while f"phase *{wanted}*" not in await incident.card_words():  # noqa: ASYNC110 - it is another process
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise AssertionError(f"not in {wanted}: {await incident.card_words()}") from None
    await stage.settle()


async def whole_life(stage: Stage, sender: Sender, service: str) -> None:
    """Firing → Declare → contained → watching → fires again → contained again → closed → its export verified."""
    await sender.fires()
    message = await shows(stage, "🟠 ")
    assert TITLE in words(message)
    assert "Looks like *Availability*, *SEV2* because: “error” in its name, severity=critical" in words(message)
    view = (await clicks(stage, "alice", "Declare"))["view"]
    expected = {"title": TITLE, "class": "provider_outage", "severity": "SEV2"}
    expected |= {"impact": "Model gpt-4o on chat failing"} | ({"service": service} if service else {})
    assert filled(view) == expected
    answer = await stage.does("submit", user="alice", view_id=view["id"], values={"impact": "Chat answers fail"})
    assert answer["ok"], answer
    incident = await newest(stage)
    assert "[Join" not in words(message)
    assert f"INC-{incident.number} has it: <#{incident.room}>" in words(await shows(stage, "🟠 "))
    assert (await clicks(stage, "dave", f"Join INC-{incident.number}"))["ok"]
    await stage.settle()
    assert "U0DAVE" in (await incident.look())["members"]

    await sender.ends()
    message = await shows(stage, "✅ resolved: ")
    assert "*resolved*" in words(message)
    assert any("The alert is resolved: " + TITLE in said for said in await incident.heard())
    for command in (
        "applied route sent to the second provider", "contained --waive drill",
        "explained confirmed the provider was down", "kept 1 @bob until tomorrow the provider is not back",
        "watch --override drill",
    ):  # fmt: skip
        await incident.types("alice", command)
    await phase(stage, incident, "watching")

    await sender.fires()
    await phase(stage, incident, "mitigate")
    await shows(stage, "🟠 ")
    assert [event["kind"] for event in incident.events()].count("red_check") == 1

    await sender.ends()
    await shows(stage, "✅ resolved: ")
    for command in ("contained --waive drill", "explained confirmed it was down again", "watch --override drill"):
        await incident.types("alice", command)
    await phase(stage, incident, "watching")
    await asyncio.sleep(1.1)
    await incident.types("alice", "resolved --fixed a second provider takes over by itself")
    await incident.types("alice", "close The provider was down twice; the second one takes over now.")
    await phase(stage, incident, "closed")
    assert f"INC-{incident.number} had it and is over (closed)." in words((await alerts(stage))[0])
    kinds = [event["kind"] for event in incident.events()]
    assert kinds[0] == "declared"
    assert kinds.count("signalled") == 3
    assert kinds[-1] == "closed"
    await export_holds(stage, incident)


async def export_holds(stage: Stage, incident: Incident) -> None:
    """What the command line exports beside the running bot is whole, and says where it came from."""
    file = stage.data / "incident.json"
    for command in (["export", str(incident.number), "--format", "json", "-o", str(file)], ["verify", str(file)]):
        process = await asyncio.create_subprocess_exec(
            *STANCH, *command, env=clean_environment() | {"STANCH_DATA": str(stage.data)}, cwd=stage.data,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        said, _ = await process.communicate()
        assert process.returncode == 0, said.decode()
    exported = json.loads(file.read_text(encoding="utf-8"))
    assert exported["events"][0]["payload"]["signal"].startswith("alertmanager-")
    assert exported["incident"]["phase"] == "closed"


async def test_recorded_alerts_lead_to_a_closed_incident(stage: Stage) -> None:
    """The bodies that Alertmanager 0.25 really sent, from firing to the verified export, in one message."""
    await whole_life(stage, Recorded(stage), service="")


@pytest.mark.parametrize("stage", ["http"], indirect=True)
@pytest.mark.skipif(BINARY is None, reason="no Alertmanager: apt-get install prometheus-alertmanager")
async def test_a_real_alertmanager_leads_to_a_closed_incident(stage: Stage, tmp_path: Path) -> None:
    """The same with an Alertmanager of our own, which groups, waits, repeats and authenticates as it does."""
    async with alertmanager(stage, tmp_path) as sender:
        await whole_life(stage, sender, service="support-copilot")


async def test_a_repeated_delivery_says_nothing_again(stage: Stage) -> None:
    """Five deliveries of one group, two of them at once: one message, and no call to Slack for what is no news."""
    await asyncio.gather(Recorded(stage).fires(), Recorded(stage).fires())
    await shows(stage, "🟠 chat: ")
    before = len(await stage.calls())
    for _ in range(3):
        await Recorded(stage).fires()
    await stage.settle()
    assert [call["method"] for call in (await stage.calls())[before:]] == []
    assert len(await alerts(stage)) == 1


async def test_a_stranger_changes_nothing(stage: Stage) -> None:
    """A wrong token is refused, and nothing appears."""
    answer = await deliver(stage, "{}", token="guessed")
    assert answer.status_code == 401
    assert (await deliver(stage, "{}")).status_code == 400
    await stage.settle()
    assert await alerts(stage) == []


async def test_a_kill_after_the_answer_loses_and_doubles_nothing(stage: Stage) -> None:
    """The bot dies right after it said 200: it comes back and shows the alert, once."""
    await stage.faults({"method": "chat.postMessage", "nth": 1, "kind": "hold", "when": "after"})
    await Recorded(stage).fires()
    async with asyncio.timeout(SHOWN_WITHIN_S):
        while not await alerts(stage):  # noqa: ASYNC110 - it is another process
            await asyncio.sleep(0.02)
    await stage.kill_bot()
    await stage.mends()
    await stage.start_bot()
    await shows(stage, "🟠 chat: ")


async def test_a_second_declaration_is_led_to_the_first(stage: Stage) -> None:
    """Two people have the form open: the second is told who has it, and there is one incident."""
    await Recorded(stage).fires()
    await shows(stage, "🟠 chat: ")
    views = {user: (await clicks(stage, user, "Declare"))["view"] for user in ("alice", "bob")}
    for user, view in views.items():
        answer = await stage.does("submit", user=user, view_id=view["id"], values={"title": f"{user} saw it"}, times=3)
        assert answer["ok"], answer
    incident = await newest(stage)
    assert len(await stage.channels("inc-")) == 1
    told = [one["text"] for one in await stage.messages("triage", "bob") if one.get("is_ephemeral")]
    assert f"INC-{incident.number} was declared from this alert a moment ago." in told
    assert [event["kind"] for event in incident.events()].count("declared") == 1


async def test_a_restricted_incident_leaves_a_stub_in_the_triage_channel(stage: Stage) -> None:
    """From the first second on nothing of the alert is left there; who asks to join is asked for in the room."""
    await Recorded(stage).fires()
    await shows(stage, "🟠 chat: ")
    incident = await declares(stage, "bob", private="yes", service="search-answers")
    message = await shows(stage, "🔒 ")
    assert words(message) == (f"🔒 INC-{incident.number} · restricted, from an alert in this channel\nAsk to join")
    whole = json.dumps(message, ensure_ascii=False)
    assert [one for one in ("37%", "gpt-4o", "chat", "LLMError", incident.room) if one in whole] == []
    await Recorded(stage).ends()
    await stage.settle()
    assert await alerts(stage) == [message]
    # On a locked phone the room's own messages are neutral too: what it says stands in the blocks.
    assert any("The alert is resolved" in words(one) for one in await stage.messages(incident.room))
    # Alice looks after no part of this service, so that somebody has to let her in.
    assert (await clicks(stage, "alice", "Ask to join"))["ok"]
    await stage.settle()
    assert "U0ALICE" not in (await incident.look())["members"]
    assert [event["kind"] for event in incident.events()].count("join_asked") == 1
