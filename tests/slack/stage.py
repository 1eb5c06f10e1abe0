"""A front with controls, in an incident's room: people click, and a test says what the planes answered."""

from datetime import UTC, datetime, timedelta
from typing import Any

from stanch.core import commands as c
from stanch.core.incident import STANCH, Incident
from stanch.core.pulls import Pull
from stanch.flows.deliver import Cancelled, Outcome
from stanch.flows.desk import Asked
from stanch.slack.clicks import Clicks
from stanch.slack.gateway import Kit
from stanch.store.outbox import Owed
from tests.fakes.front import Front, Json, words
from tests.fakes.slack import Channel

OUTSIDER = "U0OUTSIDER"
HELD = ("read", "save", "apply", "probe", "hold", "check", "sample")
"""Effects for a control plane; these tests say themselves what the plane answered."""


async def fetch(incident: Incident, id: str) -> tuple[str, str, str] | None:
    return None if id == "gone" else (f"what is {id}?", f"<!channel> it is *{id}*", "en, v17")


async def preview(incident: Incident, pull: Pull) -> str:
    return f"PUT /{pull.control}\nAuthorization: Bearer ••••\n<{pull.steps[0].to}> ``` & more"


async def elsewhere(kit: Kit, incident: Incident, owed: Owed) -> Outcome:
    return Cancelled("a test says what the plane answered")


class Stage:
    """A front with controls, in an incident's room; what planes answer is said by hand."""

    def __init__(self, front: Front) -> None:
        self.front, self.bot = front, front.bot
        front.clicks = Clicks(self.bot.desk, self.bot.kit.directory, front.listeners, preview, fetch)

    async def state(self) -> Incident:
        found = await self.bot.desk.state(1)
        assert found is not None
        return found

    async def told(self, command: c.Command) -> None:
        """What a plane answered."""
        await self.bot.desk.ask(Asked(command, STANCH, "worker", 1))

    async def reads(self, value: Any, good: Any = None) -> None:
        pull = (await self.state()).pulls[-1]
        await self.told(c.ReportReading(pull.p, (c.ReadStep(pull.controls[0], value, good=good),)))

    def room(self) -> Channel:
        (room,) = [one for one in self.bot.slack.channels.values() if one.name.startswith("inc-1-")]
        return room

    def message(self, key: str) -> Json:
        (found,) = [
            one
            for one in self.room().messages
            if (one.get("metadata") or {}).get("event_payload", {}).get("key") == key
        ]
        return found

    async def press(self, user: str, key: str, label: str) -> Json:
        """The button of that label on the message of that key, as it stands there now."""
        found = [
            one
            for block in self.message(key)["blocks"]
            for one in (*block.get("elements", ()), *([block["accessory"]] if "accessory" in block else ()))
            if one["type"] == "button" and one["text"]["text"] == label
        ]
        assert found, f"{label} is not among {words(self.message(key)['blocks'])}"
        return await self.front.click(user, found[0]["action_id"], found[0]["value"], self.room().id)


def ago(stage: Stage, minutes: float) -> None:
    """What follows happened so many minutes ago."""
    stage.bot.desk.clock = lambda: datetime.now(UTC) - timedelta(minutes=minutes)
