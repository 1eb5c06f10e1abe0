"""Who the app is, who is here, and the team."""

from __future__ import annotations

from practice.errors import SlackError
from practice.methods.base import Call, Handler
from practice.model import BOT_ID, TEAM_DOMAIN, TEAM_ID, TEAM_NAME, Json, User
from practice.paging import page


def api_test(call: Call) -> Json:
    if error := call.args.text("error"):
        raise SlackError(error, args=call.args.values)
    return {"ok": True, "args": call.args.values}


def auth_test(call: Call) -> Json:
    return {
        "ok": True,
        "url": f"{call.workspace.base_url}/",
        "team": TEAM_NAME,
        "user": call.workspace.users[call.bot].name,
        "team_id": TEAM_ID,
        "user_id": call.bot,
        "bot_id": BOT_ID,
        "is_enterprise_install": False,
    }


def shown(call: Call, user: User) -> Json:
    """The user; their e-mail only with ``users:read.email``, as in Slack."""
    body = user.slack()
    if not call.app.granted("users:read.email"):
        body["profile"].pop("email", None)
    return body


def users_info(call: Call) -> Json:
    user = call.workspace.users.get(call.args.required("user"))
    if user is None:
        raise SlackError("user_not_found")
    return {"ok": True, "user": shown(call, user)}


def users_list(call: Call) -> Json:
    users, metadata = page(list(call.workspace.users.values()), call.args, default=999)
    members = [shown(call, user) for user in users]
    return {"ok": True, "members": members, "cache_ts": int(call.workspace.clock()), "response_metadata": metadata}


def lookup_by_email(call: Call) -> Json:
    wanted = call.args.required("email").lower()
    found = (user for user in call.workspace.users.values() if user.email.lower() == wanted and not user.deleted)
    user = next(found, None)
    if user is None:
        raise SlackError("users_not_found")
    return {"ok": True, "user": shown(call, user)}


def team_info(call: Call) -> Json:
    team = {"id": TEAM_ID, "name": TEAM_NAME, "domain": TEAM_DOMAIN, "email_domain": "", "icon": {}}
    return {"ok": True, "team": {**team, "url": f"{call.workspace.base_url}/"}}


def usergroups_list(call: Call) -> Json:
    """User groups belong to the paid plans, and this workspace is on the free one."""
    raise SlackError("plan_upgrade_required")


METHODS: dict[str, Handler] = {
    "api.test": api_test,
    "auth.test": auth_test,
    "team.info": team_info,
    "usergroups.list": usergroups_list,
    "usergroups.users.list": usergroups_list,
    "users.info": users_info,
    "users.list": users_list,
    "users.lookupByEmail": lookup_by_email,
}
