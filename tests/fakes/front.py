"""What people do in Slack, handed to the real listeners as Bolt would hand it over, and what they are shown for it."""

import itertools
import json
from collections.abc import Mapping
from typing import Any

from stanch.slack.clicks import Clicks
from stanch.slack.drafts import Drafts
from stanch.slack.happenings import Happenings
from stanch.slack.home import Home
from stanch.slack.listeners import Listeners
from stanch.slack.shortcuts import Shortcuts
from tests.fakes.bot import Bot

Json = dict[str, Any]
ELSEWHERE = "C0GENERAL"
"""A channel that is no incident's room."""


class Front:
    """One bot's ears and mouth. What a person is shown comes back: the acknowledgement, or what follows it."""

    def __init__(self, bot: Bot) -> None:
        self.bot = bot
        directory = bot.kit.directory
        self.listeners = Listeners(bot.desk, bot.slack, directory, bot.kit.render, on_call=bot.kit.on_call)
        self.clicks = Clicks(bot.desk, directory, self.listeners)
        self.drafts = Drafts(bot.desk, directory, self.listeners, bot.kit.templates)
        self.shortcuts = Shortcuts(bot.desk, directory, self.listeners)
        self.home = Home(bot.desk, bot.slack, bot.kit.render, self.listeners)
        self.happenings = Happenings(bot.desk, directory, self.home.opened)
        self._serial = itertools.count(1)

    async def ready(self) -> "Front":
        """Everybody is known, as after a while of running."""
        await self.bot.kit.directory.meet()
        await self.bot.kit.directory.load()
        return self

    async def command(self, user: str, text: str, channel: str = ELSEWHERE) -> Json:
        """`/incident TEXT`: what is shown to this person alone."""
        body = {"user_id": user, "channel_id": channel, "text": text, **self._once()}
        return await self._shown(self.listeners.command, body)

    async def click(
        self, user: str, action: str, value: str, channel: str | None = ELSEWHERE, view: Json | None = None,
        ts: str = "", again: str = "", **more: Any,
    ) -> Json:  # fmt: skip
        """A button, of an open form if `view` is given, or below the message `ts`; `more` stands in its action.
        `again`: the trigger of one that is delivered once more."""
        body = self._body(user, channel) | ({"view": view} if view else {})
        body |= ({"container": {"message_ts": ts}} if ts else {}) | ({"trigger_id": again} if again else {})
        pressed = {"action_id": action, "value": value, **more}
        name, _, _ = action.partition(":")
        listener = {
            "do": self.clicks.do, "take_seat": self.clicks.take_seat, "join": self.clicks.join,
            "let_in": self.clicks.let_in, "more": self.clicks.more, "home_update": self.home.update,
            "pull": self.clicks.pulling.clicked, "seat": self.clicks.offers.clicked,
            "hand": self.clicks.offers.clicked, "shift": self.clicks.offers.clicked, "walk": self.clicks.walking.walked,
            "draft": self.drafts.clicked, "subscribe": self.drafts.subscribe,
            "sample": self.clicks.walking.judged if "judge" in action else self.clicks.walking.sampled,
        }[name]  # fmt: skip
        return await self._shown(listener, body, pressed)

    async def pick(self, user: str, value: str, channel: str = ELSEWHERE) -> Json:
        """A choice of *More*."""
        return await self.click(user, "more", "", channel, selected_option={"value": value})

    async def fill(self, user: str, view: Mapping[str, Any], values: Mapping[str, Any]) -> Json:
        """Send a form: `values` by block id, as Slack would give back each field's state."""
        state = {block: {"value": read} for block, read in values.items()}
        sent = {**view, "id": f"V{next(self._serial)}", "state": {"values": state}}
        listener = {
            "declare": self.listeners.declare, "fill_in": self.listeners.fill_in, "say_update": self.drafts.say,
            "edit_draft": self.drafts.edited, "holding": self.drafts.hold,
            "add_note": self.listeners.texted, "add_to_timeline": self.shortcuts.chosen,
        }.get(str(view["callback_id"]), self.clicks.filled)  # fmt: skip
        if str(view["callback_id"]).startswith("pull:"):
            listener = self.clicks.pulling.filled
        return await self._shown(listener, {"user": {"id": user}, "view": sent}, sent)

    async def shortcut(self, user: str, name: str, message: Mapping[str, Any] | None = None, **where: Any) -> Json:
        """A shortcut, on a message of `channel` (which Slack says is `called` so) if there is one."""
        body = {**self._body(user, where.get("channel")), "message": dict(message or {})}
        if "called" in where:
            body["channel"]["name"] = where["called"]
        listener = {
            "declare": self.shortcuts.declare,
            "report_problem": self.shortcuts.report,
            "add_to_timeline": self.shortcuts.add,
        }[name]
        return await self._shown(listener, body)

    async def happens(self, **event: Any) -> None:
        """An event of the workspace, with an id of its own."""
        await self.happenings.happened({"event_id": f"Ev{next(self._serial)}"}, event)
        await self._settled()

    async def look_home(self, user: str) -> Json:
        """The Home tab that this person sees."""
        await self.home.publish(user)
        return self.bot.slack.homes[user]

    def form(self) -> Json:
        """The form that was opened last."""
        return next(args["view"] for method, args in reversed(self.bot.slack.calls) if method == "views.open")

    def _once(self) -> Json:
        n = next(self._serial)
        return {"trigger_id": f"T{n}", "response_url": f"https://hooks.example/{n}"}

    def _body(self, user: str, channel: str | None) -> Json:
        return {"user": {"id": user}, **({"channel": {"id": channel}} if channel else {}), **self._once()}

    async def _shown(self, listener: Any, body: Json, *more: Any) -> Json:
        """What the acknowledgement held, else what was told afterwards; a form that was opened, if one was."""
        acked: list[Json] = []
        before = len(self.bot.slack.calls)

        async def ack(text: str = "", **rest: Any) -> None:
            acked.append({"text": text, **rest})

        if listener == self.listeners.command:
            await listener(ack, body)
        elif more:
            await listener(ack, body, *more)
        else:
            await listener(ack, body)
        assert len(acked) == 1, "Slack waits for one acknowledgement"
        await self._settled()
        told = [args for method, args in self.bot.slack.calls[before:] if method == "answer"]
        opened = [args["view"] for method, args in self.bot.slack.calls[before:] if method == "views.open"]
        return {**acked[0], **(told[-1] if told else {}), **({"view": opened[-1]} if opened else {})}

    async def _settled(self) -> None:
        """Wait for what is done beside the acknowledgement, but not for a room to open."""
        for task in list(self.listeners.answers._tasks):
            if "say_when_open" in repr(task.get_coro()):
                task.cancel()
            else:
                await task


def seen(shown: Any) -> str:
    """Everything that somebody could read of it, ids and values included."""
    return json.dumps(shown, ensure_ascii=False)


def words(blocks: Any) -> list[str]:
    """The texts of blocks in order, one line each; buttons in brackets."""
    found: list[str] = []
    for block in blocks:
        text = block.get("text") or {}
        found.extend([text["text"]] if text else [])
        found.extend(one["text"] for one in block.get("fields", ()))
        for one in (*block.get("elements", ()), *([block["accessory"]] if "accessory" in block else ())):
            if one["type"] == "button":
                found.append(f"[{one['text']['text']}]")
            elif "text" in one:
                found.append(one["text"])
            elif one["type"] == "static_select":
                found.append(f"<{one['placeholder']['text']}>")
    return found
