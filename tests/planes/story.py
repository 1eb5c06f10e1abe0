"""A bad model behind a real gateway, from its rollout to the export: `python -m tests.planes.story`.

Users ask the practice AI service, which asks a real LiteLLM for its answers; a real Prometheus reads what the judge
found and its rule fires through a real Alertmanager; the bot runs beside the practice Slack, where people click.
Nothing is simulated but the model and the users. Each step is printed with its time.
"""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx

from stanch.core.export import verify
from tests.acceptance.harness import Json
from tests.acceptance.incidents import Incident, buttons, newest
from tests.acceptance.production import Levers
from tests.planes.servers.postgres import postgres
from tests.planes.story_house import ALIAS, DATED, LATEST, MODELS, SERVED_BY, Scene, moved_by_hand, scene

Tell = Callable[[str], None]


async def until(holds: Callable[[], Awaitable[Any]], what: str, within_s: float = 60.0) -> Any:
    """What it gives once that is true."""
    try:
        async with asyncio.timeout(within_s):
            while not (found := await holds()):  # noqa: ASYNC110 - it is another process
                await asyncio.sleep(0.1)
            return found
    except TimeoutError:
        raise AssertionError(f"not within {within_s:.0f} s: {what}") from None


async def told(s: Scene, tell: Tell) -> Incident:
    """The whole story. Each claim is asserted; `tell` gets a line for each step."""
    await until(_serves(s), "the gateway serves users")
    assert await s.who_serves() == SERVED_BY[DATED]
    await until(_known_good(s), "the known-good set is recorded")
    tell(f"users are served by {SERVED_BY[DATED]}; its values are the known-good set")

    await s.http.post(
        f"{s.service.url}/break",
        json={"class": "quality_regression", "model": MODELS[LATEST]},
        headers={"Authorization": f"Bearer {s.service.token}"},
    )
    await moved_by_hand(s.http, s.gateway, LATEST)
    assert await s.who_serves() == SERVED_BY[LATEST]
    tell(f"a bad model is rolled out: {ALIAS} → {LATEST}, served by {SERVED_BY[LATEST]}")

    alert = await until(lambda: _alert(s), "the alert is in #triage")
    tell(f"Prometheus' rule fires through Alertmanager: {alert['text'].splitlines()[0]}")

    i = await _declared(s, alert)
    labels = await i.labels()
    assert labels[0] == "Pull: Previous model", labels
    tell(f"declared as INC-{i.number}; the card's first button: {labels[0]}")

    levers = Levers(s.stage, i.number, i.room)
    await i.presses("alice", labels[0])
    shown = await levers.says("pull/1")
    assert f"Now *{LATEST}*" in shown, shown
    assert f"will be *{DATED}*" in shown, shown
    await levers.presses("alice", "pull/1", "Pull it")
    tell(f"alice confirms the first move: {ALIAS} {LATEST} → {DATED}")

    try:
        await until(lambda: _in_effect(levers), "the pull is in effect")
    except AssertionError:
        raise AssertionError(await levers.says("pull/1")) from None
    assert await s.who_serves() == SERVED_BY[DATED]
    aliases = await _aliases(s)
    assert aliases == {ALIAS: DATED, "search-bot": DATED}, aliases
    tell(f"in effect: x-litellm-model-id {SERVED_BY[LATEST]} → {SERVED_BY[DATED]}; the other alias is as it was")

    await until(lambda: _green(i), "the checks are green", 90)
    tell(f"recovery is measured: {_seen(i)}")
    for text in (
        "contained",
        "explained confirmed the provider's new model answers wrong",
        "kept 1 @bob until 2030-12-01 the new model has to pass the canary set first",
    ):
        await i.types("alice", text)
    await until(lambda: _typed(i, "watch", "Watching."), "it is watched", 90)
    await until(lambda: _typed(i, "resolved --fixed the alias names a dated model", "Resolved"), "it is resolved", 60)
    tell("contained, explained, watched, resolved")

    await i.types("alice", "close the alias pointed at a model that nobody had tried")
    assert await i.phase() == "closed"
    await i.types("alice", "export json")
    content = await _exported(s, i)
    assert verify(content) == []
    tell(f"closed and exported: {len(i.events())} entries, and the chain holds")
    return i


def _serves(s: Scene) -> Callable[[], Awaitable[bool]]:
    """A gateway that has just come up, and has not met its providers yet, says 503."""

    async def serves() -> bool:
        try:
            return bool(await s.who_serves())
        except httpx.HTTPStatusError as refused:
            if refused.response.status_code != 503:
                raise
            return False

    return serves


def _known_good(s: Scene) -> Callable[[], Awaitable[bool]]:
    async def look() -> bool:
        database = await asyncio.to_thread(_good_values, s.stage.database_url)
        return database.get("model.back") == DATED

    return look


def _good_values(url: str) -> Json:
    from stanch.store import known_good
    from stanch.store.database import Database

    database = Database(url)
    try:
        found = database.run(lambda db: known_good.load(db, "support-copilot"))
    finally:
        database.close()
    return dict(found.values) if found else {}


async def _alert(s: Scene) -> Json | None:
    """The alert in the triage channel, while it can be declared from."""
    said = [one for one in await s.stage.messages("triage") if "bot_id" in one and "wrong" in one["text"]]
    return next((one for one in said if any(label.startswith("Declare") for label in buttons(one))), None)


async def _declared(s: Scene, alert: Json) -> Incident:
    label = next(one for one in buttons(alert) if one.startswith("Declare"))
    answer = await s.stage.does("click", user="alice", channel="triage", ts=alert["ts"], text=label)
    if view := answer["view"]:
        values = {"class": "quality_regression", "severity": "SEV2"}
        answer = await s.stage.does("submit", user="alice", view_id=view["id"], values=values)
    assert answer["ok"], answer
    return await newest(s.stage)


async def _in_effect(levers: Levers) -> bool:
    return "✔ in effect: " in await levers.says("pull/1")


async def _aliases(s: Scene) -> Json:
    answer = await s.http.get(f"{s.gateway.url}/router/settings", headers=s.gateway.headers)
    found: Json = answer.json()["current_values"]["model_group_alias"]
    return found


async def _typed(i: Incident, text: str, wanted: str) -> bool:
    return wanted in await i.types("alice", text)


async def _green(i: Incident) -> bool:
    await i.types("alice", "check grounded")
    asked = [one["payload"] for one in i.events() if one["kind"] == "checked"]
    results = [one for one in asked if not one.get("quiet")][-1]["results"]
    return all(one["verdict"] == "green" for one in results)


def _seen(i: Incident) -> str:
    last = [one["payload"] for one in i.events() if one["kind"] == "checked"][-1]["results"]
    return "; ".join(f"{one['name']} {one['seen']}" for one in last)


async def _exported(s: Scene, i: Incident) -> bytes:
    (file,) = await i.files()
    answer = await s.http.get(file["url_private"])
    return answer.content


async def main() -> int:
    began = time.monotonic()

    def tell(line: str) -> None:
        print(f"{time.monotonic() - began:6.1f} s  {line}", flush=True)

    with TemporaryDirectory(prefix="stanch-story-") as folder, postgres() as database:
        async with scene(Path(folder), database) as s:
            tell("LiteLLM, Prometheus, Alertmanager, the practice AI service, the practice Slack and the bot are up")
            await told(s, tell)
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
