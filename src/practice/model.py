"""What a workspace is made of. Messages, views, files and bookmarks stay dicts in Slack's own shapes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

TEAM_ID = "T0PRACTICE"
TEAM_DOMAIN = "practice"
TEAM_NAME = "Practice"
APP_ID = "A0PRACTICE"
BOT_ID = "B0PRACTICE"
VERIFICATION_TOKEN = "practice-verification-token"


@dataclass
class User:
    """A person or the app's bot user. ``tz`` is an IANA zone name."""

    id: str
    name: str
    real_name: str
    email: str
    tz: str = "Europe/Berlin"
    is_bot: bool = False
    deleted: bool = False

    def slack(self) -> Json:
        profile: Json = {"real_name": self.real_name, "display_name": self.name, "email": self.email, "team": TEAM_ID}
        if self.is_bot:
            profile |= {"api_app_id": APP_ID, "bot_id": BOT_ID}
        return {
            "id": self.id,
            "team_id": TEAM_ID,
            "name": self.name,
            "real_name": self.real_name,
            "deleted": self.deleted,
            "tz": self.tz,
            "is_bot": self.is_bot,
            "is_app_user": False,
            "is_restricted": False,
            "is_ultra_restricted": False,
            "updated": 0,
            "profile": profile,
        }


@dataclass
class Channel:
    """A public or private channel, a direct message or a group message.

    ``partner`` is the person the bot talks with in a direct message. A group message has ``group`` and ``private``.

    ``members`` keeps the order of joining; ``messages`` maps ts to the message and grows in ts order.
    ``created`` is in epoch seconds.
    """

    id: str
    name: str
    creator: str
    created: int
    private: bool = False
    general: bool = False
    archived: bool = False
    partner: str | None = None
    group: bool = False
    topic: Json = field(default_factory=lambda: {"value": "", "creator": "", "last_set": 0})
    purpose: Json = field(default_factory=lambda: {"value": "", "creator": "", "last_set": 0})
    members: list[str] = field(default_factory=list)
    pins: list[Json] = field(default_factory=list)
    bookmarks: list[Json] = field(default_factory=list)
    previous_names: list[str] = field(default_factory=list)
    messages: dict[str, Json] = field(default_factory=dict)

    @property
    def family(self) -> str:
        """The word Slack uses for this type in scopes and event names: channels, groups, im or mpim."""
        return "im" if self.partner else "mpim" if self.group else "groups" if self.private else "channels"

    @property
    def channel_type(self) -> str:
        return {"im": "im", "mpim": "mpim", "groups": "group", "channels": "channel"}[self.family]

    @property
    def direct(self) -> bool:
        """A direct or group message: nobody can be invited, nobody leaves, it has no name of its own."""
        return bool(self.partner or self.group)

    @property
    def name_in_payloads(self) -> str:
        """Commands and interactions do not tell the name of a private channel."""
        return {"im": "directmessage", "groups": "privategroup"}.get(self.family, self.name)

    def stored(self) -> Json:
        return {key: value for key, value in vars(self).items() if key != "messages"}

    def slack(self, viewer: str, *, with_count: bool = False) -> Json:
        """The channel object as ``viewer`` (a user id) gets it from ``conversations.info`` and its kin."""
        if self.partner:
            return {
                "id": self.id,
                "created": self.created,
                "is_im": True,
                "is_archived": False,
                "user": self.partner,
                "is_user_deleted": False,
                "is_org_shared": False,
                "context_team_id": TEAM_ID,
            }
        body: Json = {
            "id": self.id,
            "name": self.name,
            "name_normalized": self.name,
            "is_channel": not self.group,
            "is_group": False,
            "is_im": False,
            "is_mpim": self.group,
            "is_private": self.private,
            "is_archived": self.archived,
            "is_general": self.general,
            "is_shared": False,
            "is_member": viewer in self.members,
            "created": self.created,
            "creator": self.creator,
            "topic": dict(self.topic),
            "purpose": dict(self.purpose),
            "previous_names": list(self.previous_names),
            "context_team_id": TEAM_ID,
        }
        if with_count:
            body["num_members"] = len(self.members)
        return body


@dataclass
class Trigger:
    """A trigger id: good for one view, within :data:`practice.interactions.TRIGGER_LIFE_S` of ``at``."""

    user: str
    at: float
    view_id: str | None = None
    used: bool = False


@dataclass
class ResponseUrl:
    """A response URL: five posts within 30 minutes of ``at``. ``source_ts`` is the message that was clicked, if any."""

    user: str
    channel: str
    at: float
    source_ts: str | None = None
    used: int = 0
