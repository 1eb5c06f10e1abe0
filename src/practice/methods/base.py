"""What every Web API method is given, and the steps most of them begin with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from practice import scopes
from practice.args import Args
from practice.errors import SlackError
from practice.manifest import App
from practice.model import Channel, Json
from practice.workspace import Workspace


@dataclass(frozen=True)
class Call:
    """One call by the app's bot user, already authenticated."""

    workspace: Workspace
    app: App
    method: str
    args: Args

    @property
    def bot(self) -> str:
        return self.workspace.bot_user

    def visible(self, name: str = "channel") -> Channel:
        """The channel of this argument, if the bot may know of it. Raises channel_not_found or missing_scope."""
        channel = self.workspace.visible(self.args.text(name), self.bot)
        scopes.require(self.app, self.method, channel.family)
        return channel

    def joined(self, name: str = "channel", outside: str = "not_in_channel") -> Channel:
        """A channel the bot is a member of. Raises ``outside`` when it is not."""
        channel = self.visible(name)
        if self.bot not in channel.members:
            raise SlackError(outside)
        return channel

    def open_channel(self, name: str = "channel", *, group: bool = False) -> Channel:
        """A channel the bot is in that is not archived, and no direct message; a group message only with ``group``."""
        channel = self.joined(name)
        if channel.partner or (channel.group and not group):
            raise SlackError("method_not_supported_for_channel_type")
        if channel.archived:
            raise SlackError("is_archived")
        return channel


Handler = Callable[[Call], Json]
