"""conversations.*: finding channels and their members."""

from __future__ import annotations

from practice import rooms, scopes
from practice.errors import SlackError
from practice.methods.base import Call, Handler
from practice.model import Channel, Json
from practice.paging import page

GROUP_MAX = 8
TYPES = {"public_channel": "channels", "private_channel": "groups", "im": "im", "mpim": "mpim"}


def wanted_families(call: Call) -> set[str]:
    """The channel families of ``types``, each of which needs its scope. Raises invalid_types or missing_scope."""
    types = call.args.names("types") or ["public_channel"]
    if any(one not in TYPES for one in types):
        raise SlackError("invalid_types")
    families = {TYPES[one] for one in types}
    for family in sorted(families):
        scopes.require(call.app, call.method, family)
    return families


def listed(call: Call, channels: list[Channel]) -> Json:
    families = wanted_families(call)
    hide_archived = call.args.flag("exclude_archived")
    fitting = [
        channel
        for channel in call.workspace.in_order(channels)
        if channel.family in families and not (hide_archived and channel.archived)
    ]
    shown, metadata = page(fitting, call.args)
    bodies = [channel.slack(call.bot, with_count=call.method == "conversations.list") for channel in shown]
    return {"ok": True, "channels": bodies, "response_metadata": metadata}


def list_(call: Call) -> Json:
    everything = call.workspace.channels.values()
    return listed(call, [one for one in everything if one.family == "channels" or call.bot in one.members])


def users_conversations(call: Call) -> Json:
    person = call.args.text("user", call.bot)
    if person not in call.workspace.users:
        raise SlackError("user_not_found")
    mine = [one for one in call.workspace.channels.values() if person in one.members]
    if person != call.bot:
        mine = [one for one in mine if one.family == "channels" or call.bot in one.members]
    return listed(call, mine)


def info(call: Call) -> Json:
    channel = call.visible()
    return {"ok": True, "channel": channel.slack(call.bot, with_count=call.args.flag("include_num_members"))}


def members(call: Call) -> Json:
    channel = call.visible()
    shown, metadata = page(channel.members, call.args)
    return {"ok": True, "members": list(shown), "response_metadata": metadata}


def open_(call: Call) -> Json:
    """A direct message with one person, or a group message with up to eight; the same people have the same one."""
    known = len(call.workspace.channels)
    channel = resumed(call) if call.args.given("channel") else with_people(call, call.args.names("users"))
    whole = channel.slack(call.bot) if call.args.flag("return_im") else {"id": channel.id}
    answer: Json = {"ok": True, "channel": whole}
    return answer if len(call.workspace.channels) > known else {**answer, "no_op": True, "already_open": True}


def resumed(call: Call) -> Channel:
    channel = call.visible()
    if not channel.direct:
        raise SlackError("method_not_supported_for_channel_type")
    return channel


def with_people(call: Call, named: list[str]) -> Channel:
    if not named:
        raise SlackError("users_list_not_supplied")
    people = [call.workspace.users.get(one) for one in dict.fromkeys(named) if one != call.bot or len(named) == 1]
    if len(people) > GROUP_MAX:
        raise SlackError("too_many_users")
    for person in people:
        if person is None or person.is_bot:
            raise SlackError("user_not_found")
        if person.deleted:
            raise SlackError("user_disabled")
    ids = [person.id for person in people if person]
    scopes.require(call.app, call.method, "im" if len(ids) == 1 else "mpim")
    return call.workspace.direct_message(ids[0]) if len(ids) == 1 else rooms.group_message(call.workspace, ids)


METHODS: dict[str, Handler] = {
    "conversations.info": info,
    "conversations.list": list_,
    "conversations.members": members,
    "conversations.open": open_,
    "users.conversations": users_conversations,
}
