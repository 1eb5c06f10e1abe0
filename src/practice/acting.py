"""Doing what a person does: each function here is one ``POST /practice/...`` endpoint.

Users and channels are given by id or by name, with or without ``@`` and ``#``. Each answers
``{"ok", "error", "ack_ms", "ephemerals", "view", "errors"}``: what the person sees of it.
"""

from __future__ import annotations

import asyncio
from typing import Any

from practice import finding, forms, views
from practice.delivery import Ack
from practice.errors import ActingError, SlackError
from practice.events import Events
from practice.interactions import Interaction, Interactions
from practice.manifest import App
from practice.model import Channel, Json, ResponseUrl, User
from practice.typed import escaped
from practice.workspace import Workspace

COMMAND_WAIT_S = 1.0
CLICK_WAIT_S = 0.4
TIMES_MAX = 500


def outcome(acks: list[Ack], interaction: Interaction | None = None, **more: Any) -> Json:
    error = next((ack.error for ack in acks if ack.error), None)
    body: Json = {
        "ok": error is None,
        "error": error,
        "ack_ms": [ack.ms for ack in acks],
        "ephemerals": interaction.ephemerals if interaction else [],
        "view": views.shown(interaction.shown) if interaction and interaction.shown else None,
        "errors": {},
    }
    body |= more
    body["ok"] = body["error"] is None and not body["errors"]
    return body


class Acting:
    """A person at the keyboard, whoever that is at the moment."""

    def __init__(self, workspace: Workspace, app: App, interactions: Interactions, events: Events) -> None:
        self.workspace = workspace
        self.app = app
        self.interactions = interactions
        self.events = events

    # who, where, what

    def user(self, body: Json, key: str = "user") -> User:
        named = body.get(key)
        user = self.workspace.user(named) if isinstance(named, str) else None
        if user is None:
            raise ActingError(f"{key}: there is no user {named!r}")
        if user.deleted:
            raise ActingError(f"{key}: {user.name} is deactivated")
        return user

    def channel(self, body: Json) -> Channel:
        named = body.get("channel")
        channel = self.workspace.channel(named) if isinstance(named, str) else None
        if channel is None:
            raise ActingError(f"channel: there is no channel {named!r}")
        return channel

    def person_in(self, body: Json) -> tuple[User, Channel]:
        """The user and the channel; a private one must have the user as a member."""
        user, channel = self.user(body), self.channel(body)
        if (channel.private or channel.partner) and user.id not in channel.members:
            raise ActingError(f"{user.name} is not in #{channel.name or channel.id}, which is private")
        return user, channel

    def times(self, body: Json) -> int:
        times = body.get("times", 1)
        if not isinstance(times, int) or isinstance(times, bool) or not 1 <= times <= TIMES_MAX:
            raise ActingError(f"times must be a whole number from 1 to {TIMES_MAX}")
        return times

    def text(self, body: Json, key: str) -> str:
        value = body.get(key)
        if not isinstance(value, str):
            raise ActingError(f"{key} must be a text")
        return value

    async def settle(self, interaction: Interaction, acks: list[Ack], wait_s: float) -> None:
        """Give an app that acknowledged with nothing a moment to show something."""
        if any(ack.error is None for ack in acks) and not interaction.changed.is_set():
            try:
                async with asyncio.timeout(wait_s):
                    await interaction.changed.wait()
            except TimeoutError:
                return

    # endpoints

    async def command(self, body: Json) -> Json:
        user, channel = self.person_in(body)
        name, typed = self.text(body, "command"), str(body.get("text") or "")
        if self.app.commands is not None and name not in self.app.commands:
            return outcome([], error="invalid_command")
        if channel.archived:
            return outcome([], error="is_archived")
        escape = self.app.commands is None or self.app.commands[name]
        interaction = self.interactions.begin(user, channel)
        try:
            text = escaped(self.workspace, typed) if escape else typed
            payload = self.interactions.command(interaction, channel, name, text)
            acks = await self.interactions.send("slash_commands", f"{name} {text}".strip(), payload, self.times(body))
            url = ResponseUrl(user.id, channel.id, self.workspace.clock())
            failed = self.show(url, acks)
            if failed is None:
                await self.settle(interaction, acks, COMMAND_WAIT_S)
            return outcome(acks, interaction, **({"error": failed} if failed else {}))
        finally:
            self.interactions.end(interaction)

    def show(self, url: ResponseUrl, acks: list[Ack]) -> str | None:
        """Show the messages that came with acknowledgements. Returns Slack's word if one could not be shown."""
        for ack in acks:
            if ack.payload and ("text" in ack.payload or "blocks" in ack.payload or "attachments" in ack.payload):
                try:
                    self.interactions.reply(url, ack.payload)
                except SlackError as error:
                    self.interactions.line("slack→bot", "ack", error.word, {"messages": error.messages})
                    return error.word
        return None

    async def click(self, body: Json) -> Json:
        """``{user, channel, ts}`` or ``{user, view_id}``, and ``action_id`` or ``text``, and ``value``."""
        user = self.user(body)
        if "view_id" in body:
            view = self.workspace.views.get(str(body["view_id"]))
            if view is None or view["practice_user"] != user.id:
                raise ActingError(f"{user.name} has no view {body['view_id']!r} open")
            block, element, state = self.chosen(view["blocks"], body)
            if state and element["type"] != "overflow":
                view["state"]["values"].setdefault(block["block_id"], {})[element["action_id"]] = state
                self.workspace.touch("view", view["id"], user=user.id)
            if block["type"] == "input" and not block.get("dispatch_action"):
                return outcome([])
            interaction = self.interactions.begin(user, view=view)
            payload = self.interactions.view_action(interaction, view, self.action(block, element, state))
        else:
            user, channel = self.person_in(body)
            message = self.message(channel, user, str(body.get("ts")))
            nested = [block for one in message.get("attachments") or () for block in one.get("blocks") or ()]
            blocks = [*(message.get("blocks") or ()), *nested]
            block, element, state = self.chosen(blocks, body)
            interaction = self.interactions.begin(user, channel)
            action = self.action(block, element, state)
            values = self.interactions.entered(user, message, blocks)
            if state and element["type"] != "overflow":
                values[block["block_id"]][element["action_id"]] = state
            payload = self.interactions.message_action(interaction, channel, message, action, values)
        try:
            acks = await self.interactions.send(
                "interactive", f"block_actions {element['action_id']}", payload, self.times(body)
            )
            await self.settle(interaction, acks, CLICK_WAIT_S)
            return outcome(acks, interaction)
        finally:
            self.interactions.end(interaction)

    def chosen(self, blocks: list[Json], body: Json) -> tuple[Json, Json, Json | None]:
        """The block, its element, and the element's new state if it has one."""
        block, element, value = finding.element(blocks, body)
        return block, element, None if value is None else forms.entry(self.workspace, element, value)

    def message(self, channel: Channel, user: User, ts: str) -> Json:
        found = channel.messages.get(ts)
        for one in self.workspace.ephemerals:
            if one["ts"] == ts and one["channel"] == channel.id and one["ephemeral_to"] == user.id:
                found = one
        if found is None:
            raise ActingError(f"there is no message {ts} in #{channel.name or channel.id} for {user.name}")
        return found

    def action(self, block: Json, element: Json, state: Json | None) -> Json:
        action: Json = {
            name: element[name] for name in ("type", "action_id", "text", "value", "style") if name in element
        }
        action |= {"block_id": block["block_id"], "action_ts": self.workspace.next_ts()}
        return action | (state or {})

    async def submit(self, body: Json) -> Json:
        user = self.user(body)
        view = self.open_modal(user, body)
        forms.fill(self.workspace, view, body.get("values") or {})
        self.workspace.touch("view", view["id"], user=user.id)
        if complaints := forms.complaints(view):
            return outcome([], errors=complaints, view=views.shown(view))
        interaction = self.interactions.begin(user, view=view)
        try:
            payload = self.interactions.submission(interaction, view)
            name = f"view_submission {view['callback_id']}".strip()
            acks = await self.interactions.send("interactive", name, payload, self.times(body))
            errors, failed = self.after_submission(interaction, view, acks)
            if failed:
                return outcome(acks, interaction, error=failed)
            if errors:
                return outcome(acks, interaction, errors=errors, view=views.shown(view))
            await self.settle(interaction, acks, CLICK_WAIT_S)
            return outcome(acks, interaction)
        finally:
            self.interactions.end(interaction)

    def open_modal(self, user: User, body: Json) -> Json:
        view = self.workspace.views.get(str(body.get("view_id")))
        if view is None or view["practice_user"] != user.id or view["type"] != "modal":
            raise ActingError(f"{user.name} has no modal {body.get('view_id')!r} open")
        return view

    def after_submission(self, interaction: Interaction, view: Json, acks: list[Ack]) -> tuple[Json, str | None]:
        """Do what the acknowledgements say (``response_action``). Returns errors by block id, and Slack's word."""
        for ack in acks:
            if ack.error or view["id"] not in self.workspace.views:
                continue
            answer = ack.payload or {}
            try:
                match answer.get("response_action"):
                    case "errors":
                        return dict(answer.get("errors") or {}), None
                    case "update":
                        interaction.shown = views.update(self.workspace, view, answer.get("view"))
                    case "push":
                        interaction.shown = views.push(self.workspace, view, answer.get("view"))
                    case "clear":
                        views.close(self.workspace, view, whole_stack=True)
                    case _:
                        views.close(self.workspace, view)
            except SlackError as error:
                self.interactions.line("slack→bot", "ack", error.word, {"messages": error.messages})
                return {}, error.word
        return {}, None

    async def close_view(self, body: Json) -> Json:
        user = self.user(body)
        view = self.open_modal(user, body)
        clear = bool(view["clear_on_close"])
        stack = views.stack(self.workspace, view) if clear else [view]
        views.close(self.workspace, view, whole_stack=clear)
        acks: list[Ack] = []
        for one in stack:
            if one["notify_on_close"]:
                interaction = self.interactions.begin(user, view=one)
                payload = self.interactions.closing(interaction, one, cleared=clear)
                acks += await self.interactions.send("interactive", "view_closed", payload, self.times(body))
                self.interactions.end(interaction)
        return outcome(acks)

    async def shortcut(self, body: Json) -> Json:
        """``{user, callback_id}`` for a global one; a message shortcut has ``channel`` and ``ts`` too."""
        user, callback_id = self.user(body), self.text(body, "callback_id")
        on_message = "ts" in body
        self.check_shortcut(callback_id, "message" if on_message else "global")
        channel = self.person_in(body)[1] if on_message else None
        interaction = self.interactions.begin(user, channel)
        try:
            kind = "message_action" if on_message else "shortcut"
            payload = self.interactions.base(interaction, kind) | {"callback_id": callback_id}
            payload["action_ts"] = self.workspace.next_ts()
            if channel is not None:
                message = self.message(channel, user, str(body["ts"]))
                if message.get("is_ephemeral"):
                    raise ActingError("a message that only one person sees has no shortcuts")
                url = self.interactions.response_url(interaction, channel)
                payload |= {"channel": {"id": channel.id, "name": channel.name_in_payloads}, "message": message}
                payload |= {"message_ts": message["ts"], "response_url": url}
            acks = await self.interactions.send("interactive", f"{kind} {callback_id}", payload, self.times(body))
            await self.settle(interaction, acks, COMMAND_WAIT_S)
            return outcome(acks, interaction)
        finally:
            self.interactions.end(interaction)

    def check_shortcut(self, callback_id: str, kind: str) -> None:
        """Raises ActingError when the manifest has no such shortcut of this kind."""
        known = self.app.shortcuts
        if known is None or known.get(callback_id) == kind:
            return
        of_kind = [name for name, its in known.items() if its == kind]
        raise ActingError(f"the manifest has no {kind} shortcut {callback_id!r}; it has {', '.join(of_kind) or 'none'}")
