"""Commands, clicks, forms and shortcuts on their way to the app: payloads, triggers, response URLs, what comes back."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass, field
from typing import Any

from practice import posting, views
from practice.args import Args
from practice.delivery import Ack, Delivery, Kind, Line
from practice.errors import SlackError
from practice.model import APP_ID, TEAM_DOMAIN, TEAM_ID, VERIFICATION_TOKEN, Channel, Json, ResponseUrl, Trigger, User
from practice.workspace import Workspace

RESPONSE_LIFE_S = 30 * 60.0
RESPONSE_USES = 5
KEPT = 2_000


@dataclass(eq=False)
class Interaction:
    """One thing a person did, with what the app showed them for it until it was answered."""

    user: User
    channel: Channel | None = None
    view: Json | None = None
    trigger_id: str = ""
    response_id: str = ""
    ephemerals: list[Json] = field(default_factory=list)
    shown: Json | None = None
    changed: asyncio.Event = field(default_factory=asyncio.Event)


class Interactions:
    """Makes interactions, sends them, and notices which messages and views come of them."""

    def __init__(self, workspace: Workspace, delivery: Delivery, line: Line) -> None:
        self.workspace = workspace
        self.delivery = delivery
        self.line = line
        self.under_way: set[Interaction] = set()
        self.chosen: dict[tuple[str, str], Json] = {}
        workspace.on_ephemeral = self._saw_ephemeral
        workspace.on_view = self._saw_view

    def begin(self, user: User, channel: Channel | None = None, view: Json | None = None) -> Interaction:
        """A new interaction with its trigger. Pass it to :meth:`end` when the person has been answered."""
        now = self.workspace.clock()
        trigger_id = f"{int(now * 1000)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        self.workspace.triggers[trigger_id] = Trigger(user.id, now, view["id"] if view else None)
        for table in (self.workspace.triggers, self.workspace.response_urls):
            while len(table) > KEPT:
                table.pop(next(iter(table)))
        interaction = Interaction(user, channel, view, trigger_id)
        self.under_way.add(interaction)
        return interaction

    def end(self, interaction: Interaction) -> None:
        self.under_way.discard(interaction)

    def response_url(self, interaction: Interaction, channel: Channel, source_ts: str | None = None) -> str:
        response_id = secrets.token_urlsafe(16)
        fresh = ResponseUrl(interaction.user.id, channel.id, self.workspace.clock(), source_ts)
        self.workspace.response_urls[response_id] = fresh
        interaction.response_id = response_id
        return f"{self.workspace.base_url}/response/{TEAM_ID}/{response_id}"

    async def send(self, kind: Kind, name: str, payload: Json, times: int) -> list[Ack]:
        """The same payload ``times`` times at once."""
        return list(await asyncio.gather(*(self.delivery.deliver(kind, name, payload) for _ in range(times))))

    def entered(self, user: User, message: Json, blocks: list[Json]) -> Json:
        """``state.values`` of the message as this person sees it: what they choose stays chosen, until they reload."""
        values = views.initial_state(blocks)
        views.carry(self.chosen.pop((user.id, message["ts"]), {}), values)
        self.chosen[user.id, message["ts"]] = values
        while len(self.chosen) > KEPT:
            del self.chosen[next(iter(self.chosen))]
        return values

    # payloads

    def base(self, interaction: Interaction, kind: str) -> Json:
        user = interaction.user
        return {
            "type": kind,
            "token": VERIFICATION_TOKEN,
            "team": {"id": TEAM_ID, "domain": TEAM_DOMAIN},
            "enterprise": None,
            "is_enterprise_install": False,
            "api_app_id": APP_ID,
            "user": {"id": user.id, "username": user.name, "name": user.name, "team_id": TEAM_ID},
            "trigger_id": interaction.trigger_id,
        }

    def command(self, interaction: Interaction, channel: Channel, command: str, text: str) -> Json:
        return {
            "token": VERIFICATION_TOKEN,
            "team_id": TEAM_ID,
            "team_domain": TEAM_DOMAIN,
            "channel_id": channel.id,
            "channel_name": channel.name_in_payloads,
            "user_id": interaction.user.id,
            "user_name": interaction.user.name,
            "command": command,
            "text": text,
            "api_app_id": APP_ID,
            "is_enterprise_install": "false",
            "response_url": self.response_url(interaction, channel),
            "trigger_id": interaction.trigger_id,
        }

    def message_action(
        self, interaction: Interaction, channel: Channel, message: Json, action: Json, values: Json
    ) -> Json:
        """A click in a message, whose inputs hold ``values``. Slack leaves the message out when it is ephemeral."""
        ephemeral = bool(message.get("is_ephemeral"))
        container = {
            "type": "message",
            "message_ts": message["ts"],
            "channel_id": channel.id,
            "is_ephemeral": ephemeral,
        }
        if "thread_ts" in message:
            container["thread_ts"] = message["thread_ts"]
        payload = self.base(interaction, "block_actions") | {"container": container}
        payload |= {"channel": {"id": channel.id, "name": channel.name_in_payloads}}
        if not ephemeral:
            payload["message"] = message
        payload["state"] = {"values": values}
        payload["response_url"] = self.response_url(interaction, channel, message["ts"])
        return payload | {"actions": [action]}

    def view_action(self, interaction: Interaction, view: Json, action: Json) -> Json:
        payload = self.base(interaction, "block_actions")
        payload |= {"container": {"type": "view", "view_id": view["id"]}, "view": views.shown(view)}
        return payload | {"actions": [action]}

    def submission(self, interaction: Interaction, view: Json) -> Json:
        return self.base(interaction, "view_submission") | {"view": views.shown(view), "response_urls": []}

    def closing(self, interaction: Interaction, view: Json, *, cleared: bool) -> Json:
        return self.base(interaction, "view_closed") | {"view": views.shown(view), "is_cleared": cleared}

    # what the app shows in return

    def _saw_ephemeral(self, message: Json) -> None:
        for interaction in self.under_way:
            if interaction.user.id == message["ephemeral_to"] and message["ts"] not in (
                one["ts"] for one in interaction.ephemerals
            ):
                self._note(interaction, message)

    def _note(self, interaction: Interaction, message: Json) -> None:
        interaction.ephemerals.append(message)
        interaction.changed.set()

    def _saw_view(self, view: Json) -> None:
        for interaction in self.under_way:
            opened = self.workspace.triggers[interaction.trigger_id].view_id == view["id"]
            same_stack = interaction.view is not None and interaction.view["root_view_id"] == view["root_view_id"]
            home = view["type"] == "home" and view["practice_user"] == interaction.user.id
            if opened or same_stack or home:
                interaction.shown = view
                interaction.changed.set()

    def respond(self, response_id: str, body: Json) -> None:
        """A post to a response URL. Raises ``used_url`` after five, ``expired_url`` after 30 minutes, or no_text ..."""
        url = self.workspace.response_urls.get(response_id)
        if url is None:
            raise SlackError("invalid_url")
        if self.workspace.clock() - url.at > RESPONSE_LIFE_S:
            raise SlackError("expired_url")
        if url.used >= RESPONSE_USES:
            raise SlackError("used_url")
        url.used += 1
        self.reply(url, body)

    def reply(self, url: ResponseUrl, body: Json) -> None:
        """Show what the app answers, in an acknowledgement or by a response URL: ephemeral unless it says otherwise."""
        workspace = self.workspace
        channel = workspace.channels.get(url.channel)
        if channel is None:
            raise SlackError("channel_not_found")
        args = Args(body)
        if args.flag("delete_original"):
            self._replace(channel, url, None)
            return
        content: Json = posting.content(args)
        content["text"] = content["text"][: posting.TEXT_MAX]
        if args.flag("replace_original") and self._replace(channel, url, content):
            return
        author: dict[str, Any] = workspace.bot_author()
        if args.text("response_type") == "in_channel":
            if channel.archived:
                raise SlackError("is_archived")
            workspace.add_message(channel, author | content)
        else:
            workspace.add_ephemeral(channel, url.user, author | content)

    def _replace(self, channel: Channel, url: ResponseUrl, content: Json | None) -> bool:
        """Replace (None: take away) the message the interaction came from. False when there is none any more."""
        workspace = self.workspace
        for index, one in enumerate(workspace.ephemerals):
            if one["ts"] == url.source_ts and one["channel"] == channel.id and one["ephemeral_to"] == url.user:
                if content is None:
                    del workspace.ephemerals[index]
                else:
                    kept = {name: value for name, value in one.items() if name not in ("blocks", "attachments")}
                    workspace.ephemerals[index] = kept | content
                    for interaction in self.under_way:
                        if interaction.user.id == url.user:
                            self._note(interaction, workspace.ephemerals[index])
                workspace.on_change("message", channel.id, url.user, url.source_ts)
                return True
        original = channel.messages.get(url.source_ts or "")
        if original is None or original.get("user") != workspace.bot_user:
            return False
        if content is None:
            workspace.remove_message(channel, original)
        else:
            kept = {name: value for name, value in original.items() if name not in ("blocks", "attachments")}
            workspace.change_message(channel, original, kept | content)
        return True
