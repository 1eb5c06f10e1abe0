"""bookmarks.*: links in a channel's header."""

from __future__ import annotations

from practice.errors import SlackError
from practice.methods.base import Call, Handler
from practice.model import APP_ID, Channel, Json

TITLE_MAX = 256
LINK_MAX = 2048
BOOKMARKS_MAX = 100


def checked(call: Call) -> Json:
    """Title, link and emoji as far as given. Raises ``invalid_link`` for one that is not http(s) or too long."""
    fields: Json = {}
    if call.args.given("title"):
        title = call.args.text("title")
        if not 0 < len(title) <= TITLE_MAX:
            raise SlackError(
                "invalid_arguments", [f"[ERROR] must be less than {TITLE_MAX + 1} characters [json-pointer:/title]"]
            )
        fields["title"] = title
    if call.args.given("link"):
        link = call.args.text("link")
        if not link.startswith(("http://", "https://")) or len(link) > LINK_MAX:
            raise SlackError(
                "invalid_link",
                [f"[ERROR] must be an http(s) URL of at most {LINK_MAX} characters [json-pointer:/link]"],
            )
        fields["link"] = link
    if call.args.given("emoji"):
        emoji = call.args.text("emoji")
        if not (len(emoji) > 2 and emoji.startswith(":") and emoji.endswith(":")):
            raise SlackError("invalid_emoji")
        fields["emoji"] = emoji
    return fields


def room(call: Call) -> Channel:
    channel = call.joined("channel_id", outside="access_denied")
    if channel.archived and call.method != "bookmarks.list":
        raise SlackError("is_archived")
    return channel


def add(call: Call) -> Json:
    channel = room(call)
    for name in ("title", "type"):
        call.args.required(name)
    if call.args.text("type") != "link":
        raise SlackError("invalid_bookmark_type")
    if not call.args.given("link"):
        raise SlackError("invalid_link")
    fields = checked(call)
    if len(channel.bookmarks) >= BOOKMARKS_MAX:
        raise SlackError("too_many_bookmarks")
    now = int(call.workspace.clock())
    bookmark: Json = {
        "id": call.workspace.next_id("Bk"),
        "channel_id": channel.id,
        "type": "link",
        "emoji": "",
        **fields,
    }
    bookmark |= {"date_created": now, "date_updated": 0, "rank": "h", "app_id": APP_ID, "icon_url": None}
    bookmark |= {
        "entity_id": None,
        "last_updated_by_user_id": call.bot,
        "last_updated_by_team_id": "",
        "shortcut_id": None,
    }
    channel.bookmarks.append(bookmark)
    call.workspace.touch("channel", channel.id, channel=channel.id)
    return {"ok": True, "bookmark": bookmark}


def find(call: Call, channel: Channel) -> Json:
    wanted = call.args.required("bookmark_id")
    found = next((one for one in channel.bookmarks if one["id"] == wanted), None)
    if found is None:
        raise SlackError("not_found")
    return found


def edit(call: Call) -> Json:
    channel = room(call)
    bookmark = find(call, channel)
    bookmark |= {**checked(call), "date_updated": int(call.workspace.clock())}
    call.workspace.touch("channel", channel.id, channel=channel.id)
    return {"ok": True, "bookmark": dict(bookmark)}


def list_(call: Call) -> Json:
    return {"ok": True, "bookmarks": [dict(one) for one in room(call).bookmarks]}


def remove(call: Call) -> Json:
    channel = room(call)
    channel.bookmarks.remove(find(call, channel))
    call.workspace.touch("channel", channel.id, channel=channel.id)
    return {"ok": True}


METHODS: dict[str, Handler] = {
    "bookmarks.add": add,
    "bookmarks.edit": edit,
    "bookmarks.list": list_,
    "bookmarks.remove": remove,
}
