"""What people do that reaches the app as events: messages, reactions, coming and going, and an administrator's work."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from practice import rooms, views
from practice.acting import CLICK_WAIT_S, Acting, outcome
from practice.errors import ActingError, SlackError
from practice.methods import pins
from practice.model import Channel, Json
from practice.typed import escaped


class People:
    """Needs no answer from the app. What Slack refuses a person comes back as ``error``."""

    def __init__(self, acting: Acting) -> None:
        self.acting = acting
        self.workspace = acting.workspace

    async def told(self, body: Json, act: Callable[[], Json | None]) -> Json:
        """Do it once, send its events ``times`` times, wait for the app to acknowledge each the first time."""
        try:
            with self.acting.events.watched(self.acting.times(body)) as firsts:
                more = act() or {}
        except SlackError as error:
            return outcome([], error=error.word)
        acks = [ack for ack in await asyncio.gather(*firsts) if ack.error != "dispatch_failed"]
        return outcome(acks, error=None, **more)

    def member(self, body: Json) -> tuple[str, Channel]:
        """Raises ``not_in_channel`` or ``is_archived``."""
        user, channel = self.acting.person_in(body)
        if user.id not in channel.members:
            raise SlackError("not_in_channel")
        if channel.archived:
            raise SlackError("is_archived")
        return user.id, channel

    def room(self, body: Json) -> Channel:
        """A channel, not a direct or group message. Raises ``method_not_supported_for_channel_type``."""
        channel = self.acting.channel(body)
        if channel.direct:
            raise SlackError("method_not_supported_for_channel_type")
        return channel

    async def message(self, body: Json) -> Json:
        """A message as typed. The answer has its ``ts``."""
        typed = self.acting.text(body, "text")

        def act() -> Json:
            user, channel = self.member(body)
            message: Json = {"user": user, "text": escaped(self.workspace, typed)}
            if thread := body.get("thread_ts"):
                if thread not in channel.messages:
                    raise SlackError("thread_not_found")
                message["thread_ts"] = thread
            return {"ts": self.workspace.add_message(channel, message)["ts"]}

        return await self.told(body, act)

    async def edit(self, body: Json) -> Json:
        """``{user, channel, ts, text}``: one's own message. The text it has already changes nothing."""
        typed = self.acting.text(body, "text")

        def act() -> None:
            user, channel = self.member(body)
            message = self.own(user, channel, body, "cant_update_message")
            text = escaped(self.workspace, typed)
            if not text.strip():
                raise SlackError("no_text")
            if text != message["text"]:
                edited = {"user": user, "ts": f"{int(self.workspace.clock())}.000000"}
                self.workspace.change_message(channel, message, {**message, "text": text, "edited": edited})

        return await self.told(body, act)

    async def delete(self, body: Json) -> Json:
        """``{user, channel, ts}``: one's own message."""

        def act() -> None:
            user, channel = self.member(body)
            self.workspace.remove_message(channel, self.own(user, channel, body, "cant_delete_message"))

        return await self.told(body, act)

    def own(self, user: str, channel: Channel, body: Json, refusal: str) -> Json:
        """The message, if the person wrote it. Raises ``message_not_found`` or ``refusal``."""
        message = self.workspace.message(channel, str(body.get("ts")))
        if message.get("user") != user or message.get("subtype") not in (None, "file_share", "thread_broadcast"):
            raise SlackError(refusal)
        return message

    async def react(self, body: Json) -> Json:
        name = self.acting.text(body, "name").strip(":")

        def act() -> None:
            user, channel = self.member(body)
            message = self.workspace.message(channel, str(body.get("ts")))
            change = pins.unreact if body.get("remove") else pins.react
            change(self.workspace, channel, message, name, user)

        return await self.told(body, act)

    async def home(self, body: Json) -> Json:
        """Open the app's Home tab. The answer's ``view`` is what is published by then."""
        user = self.acting.user(body)
        if not self.acting.app.home_tab:
            return outcome([], error="not_enabled")
        interaction = self.acting.interactions.begin(user)
        try:
            channel = self.workspace.direct_message(user.id)
            event: Json = {"type": "app_home_opened", "user": user.id, "channel": channel.id, "tab": "home"}
            published = views.home(self.workspace, user.id)
            if published:
                event["view"] = views.shown(published)
            event["event_ts"] = self.workspace.next_ts()
            with self.acting.events.watched(self.acting.times(body)) as firsts:
                self.acting.events.emit(event, None)
            acks = [ack for ack in await asyncio.gather(*firsts) if ack.error != "dispatch_failed"]
            await self.acting.settle(interaction, acks, CLICK_WAIT_S)
            interaction.shown = views.home(self.workspace, user.id)
            return outcome(acks, interaction)
        finally:
            self.acting.interactions.end(interaction)

    async def leave(self, body: Json) -> Json:
        """Also takes the bot out, by its name."""

        def act() -> None:
            user, channel = self.acting.user(body), self.room(body)
            if user.id not in channel.members:
                raise SlackError("not_in_channel")
            rooms.leave(self.workspace, channel, user.id)

        return await self.told(body, act)

    async def join(self, body: Json) -> Json:
        """``{user, channel}``: the person joins a public channel."""

        def act() -> None:
            user, channel = self.acting.person_in(body)[0], self.room(body)
            if user.id in channel.members:
                raise SlackError("already_in_channel")
            if channel.archived:
                raise SlackError("is_archived")
            rooms.join(self.workspace, channel, user.id)

        return await self.told(body, act)

    async def invite(self, body: Json) -> Json:
        """``{user, channel, invitee}``: a member brings somebody in; the bot too."""

        def act() -> None:
            (user, channel), _ = self.member(body), self.room(body)
            invitee = self.acting.user(body, "invitee")
            if invitee.id in channel.members:
                raise SlackError("already_in_channel")
            rooms.join(self.workspace, channel, invitee.id, inviter=user)

        return await self.told(body, act)

    async def archive(self, body: Json) -> Json:
        """``{channel, user?}``: archived by hand; ``{"undo": true}`` brings it back, as only a person can."""

        def act() -> None:
            channel, by = self.room(body), self.by(body)
            if channel.archived == (not body.get("undo")):
                raise SlackError("already_archived" if channel.archived else "not_archived")
            change = rooms.unarchive if body.get("undo") else rooms.archive
            change(self.workspace, channel, by)

        return await self.told(body, act)

    async def rename(self, body: Json) -> Json:
        """``{channel, name, user?}``"""
        name = self.acting.text(body, "name").removeprefix("#")
        return await self.told(body, lambda: rooms.rename(self.workspace, self.room(body), name, self.by(body)))

    async def topic(self, body: Json) -> Json:
        """``{channel, topic, user?}``"""
        topic = self.acting.text(body, "topic")

        def act() -> None:
            rooms.set_text(self.workspace, self.acting.channel(body), "topic", topic, self.by(body))

        return await self.told(body, act)

    async def delete_channel(self, body: Json) -> Json:
        """``{channel, user?}``: gone for good, its messages too."""
        return await self.told(body, lambda: rooms.delete(self.workspace, self.acting.channel(body), self.by(body)))

    async def delete_message(self, body: Json) -> Json:
        """``{channel, ts}``: any message, as an administrator can."""

        def act() -> None:
            channel = self.acting.channel(body)
            self.workspace.remove_message(channel, self.workspace.message(channel, str(body.get("ts"))))

        return await self.told(body, act)

    async def deactivate(self, body: Json) -> Json:
        """``{user}``"""
        user = self.acting.user(body)
        if user.is_bot:
            raise ActingError("the bot cannot be deactivated here")
        return await self.told(body, lambda: rooms.deactivate(self.workspace, user.id))

    def by(self, body: Json) -> str:
        """Who does it: ``user``, else the first person of the workspace."""
        if "user" in body:
            return self.acting.user(body).id
        return next(user.id for user in self.workspace.users.values() if not user.is_bot)
