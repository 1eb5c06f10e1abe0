"""Which scope each method needs, from Slack's method reference (any one of a row that fits the channel's type)."""

from __future__ import annotations

from practice.errors import SlackError
from practice.manifest import App

MANAGE = ("channels:manage", "groups:write", "im:write", "mpim:write", "channels:write")
INVITE = ("channels:write.invites", "groups:write.invites", *MANAGE)
TOPIC = ("channels:write.topic", "groups:write.topic", "im:write.topic", "mpim:write.topic", *MANAGE)
READ = ("channels:read", "groups:read", "im:read", "mpim:read")
HISTORY = ("channels:history", "groups:history", "im:history", "mpim:history")

SCOPES: dict[str, tuple[str, ...]] = {
    "bookmarks.add": ("bookmarks:write",),
    "bookmarks.edit": ("bookmarks:write",),
    "bookmarks.list": ("bookmarks:read",),
    "bookmarks.remove": ("bookmarks:write",),
    "chat.delete": ("chat:write",),
    "chat.postEphemeral": ("chat:write",),
    "chat.postMessage": ("chat:write",),
    "chat.update": ("chat:write",),
    "conversations.archive": MANAGE,
    "conversations.create": MANAGE,
    "conversations.history": HISTORY,
    "conversations.info": READ,
    "conversations.invite": INVITE,
    "conversations.join": ("channels:join",),
    "conversations.kick": ("channels:manage", "groups:write"),
    "conversations.leave": MANAGE,
    "conversations.list": READ,
    "conversations.members": READ,
    "conversations.open": MANAGE,
    "conversations.rename": MANAGE,
    "conversations.replies": HISTORY,
    "conversations.setPurpose": TOPIC,
    "conversations.setTopic": TOPIC,
    "conversations.unarchive": MANAGE,
    "files.completeUploadExternal": ("files:write",),
    "files.getUploadURLExternal": ("files:write",),
    "files.info": ("files:read",),
    "files.list": ("files:read",),
    "pins.add": ("pins:write",),
    "pins.list": ("pins:read",),
    "pins.remove": ("pins:write",),
    "reactions.add": ("reactions:write",),
    "reactions.remove": ("reactions:write",),
    "team.info": ("team:read",),
    "usergroups.list": ("usergroups:read",),
    "usergroups.users.list": ("usergroups:read",),
    "users.conversations": READ,
    "users.info": ("users:read",),
    "users.list": ("users:read",),
    "users.lookupByEmail": ("users:read.email",),
}

EVENTS: dict[str, str] = {
    "app_mention": "app_mentions:read",
    "pin_added": "pins:read",
    "pin_removed": "pins:read",
    "reaction_added": "reactions:read",
    "reaction_removed": "reactions:read",
    "team_join": "users:read",
    "user_change": "users:read",
}

CHANNEL_FAMILIES = ("channels", "groups", "im", "mpim")


def fitting(method: str, family: str | None) -> tuple[str, ...]:
    """The scopes of which one is needed; ``family``, if known, is the channel's type (channels, groups, im, mpim)."""
    wanted = SCOPES.get(method, ())
    if family is None:
        return wanted
    return tuple(one for one in wanted if one.split(":")[0] not in CHANNEL_FAMILIES or one.split(":")[0] == family)


def require(app: App, method: str, family: str | None = None) -> None:
    """Raises ``missing_scope`` with ``needed`` and ``provided`` when the manifest grants none of the fitting scopes."""
    wanted = fitting(method, family)
    if app.scopes is None or not wanted or any(scope in app.scopes for scope in wanted):
        return
    raise SlackError("missing_scope", needed=",".join(wanted), provided=",".join(sorted(app.scopes)))


def hears(app: App, event: str, family: str) -> bool:
    """Whether the manifest grants the scope this event needs; ``event`` is its name in a manifest (``message.im``)."""
    if event in EVENTS:
        return app.granted(EVENTS[event])
    kind, _, rest = event.replace(".", "_").partition("_")
    match kind:
        case "message":
            return app.granted(f"{rest}:history")
        case "member":
            return app.granted(f"{family}:read")
        case "channel" | "group":
            return app.granted(f"{kind}s:read")
    return True
