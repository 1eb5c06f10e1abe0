"""What is asked of Slack: tokens, scopes, channels, people, the plan."""

from collections.abc import Mapping, Sequence

from stanch import manifest
from stanch.doctor.lines import Line, Patient, degraded, fault, ok
from stanch.slack.client import Slack, SlackFault
from stanch.slack.directory import Directory
from stanch.store import catalogue
from stanch.store.people import PEOPLE

SHOWN = 5
"""Names in one line; the rest is counted."""


async def bot_token(patient: Patient) -> Sequence[Line]:
    if patient.slack is None:
        return [fault("bot token", "SLACK_BOT_TOKEN is not set; it is on the app's page, under OAuth & Permissions")]
    patient.answer = await patient.slack.call("auth.test")
    patient.granted = await patient.slack.scopes()
    who = patient.answer
    return [ok("bot token", f"@{who.get('user')} in {who.get('team')} ({who.get('url')})")]


async def transport(patient: Patient) -> Sequence[Line]:
    """Each transport that is asked for, or that a secret is there for."""
    wanted = [patient.transport] if patient.transport else []
    if not wanted:
        secrets = {"socket": patient.settings.slack_app_token, "http": patient.settings.slack_signing_secret}
        wanted = [name for name, secret in secrets.items() if secret]
    if not wanted:
        return [fault("transport", "set SLACK_APP_TOKEN for Socket Mode, or SLACK_SIGNING_SECRET for HTTP")]
    return [await _socket(patient) if name == "socket" else _http(patient) for name in wanted]


async def _socket(patient: Patient) -> Line:
    secret = patient.settings.slack_app_token
    if secret is None:
        return fault(
            "Socket Mode", "SLACK_APP_TOKEN is not set; make one with connections:write under App-Level Tokens"
        )
    slack = Slack(secret.get_secret_value(), patient.settings.api, 5.0)
    try:
        # Only a ticket for a connection: nobody is disconnected.
        await slack.call("apps.connections.open")
    except SlackFault as trouble:
        mend = "is SLACK_APP_TOKEN (xapp-…) of this app, has it connections:write, and is Socket Mode on?"
        return fault("Socket Mode", f"{trouble}; {mend}")
    finally:
        await slack.close()
    return ok("Socket Mode", "Slack would let us connect")


def _http(patient: Patient) -> Line:
    if patient.settings.slack_signing_secret is None:
        return fault("HTTP", "SLACK_SIGNING_SECRET is not set; it is on the app's page, under Basic Information")
    return ok("HTTP", "the signing secret is set; `stanch manifest --http URL` has the request URLs")


async def scopes(patient: Patient) -> Sequence[Line]:
    if not patient.at_slack:
        return [degraded("scopes", "not looked at, nor channels, owners and plan, as Slack did not say who we are")]
    wanted = manifest.scopes()
    missing, surplus = sorted(wanted - patient.granted), sorted(patient.granted - wanted)
    found = []
    if missing:
        mend = "add them under OAuth & Permissions (or paste `stanch manifest`) and install the app again"
        found.append(fault("scopes", f"{', '.join(missing)} missing; {mend}"))
    if surplus:
        found.append(degraded("scopes", f"{', '.join(surplus)} not needed; take them away if no other use is known"))
    return found or [ok("scopes", "all of the manifest's, and no more")]


async def channels(patient: Patient) -> Sequence[Line]:
    if not (slack := patient.at_slack):
        return []
    joined, others = {}, {}
    types = "public_channel,private_channel"
    async for one in slack.pages("users.conversations", "channels", types=types, exclude_archived="true"):
        joined[str(one["name"])] = joined[str(one["id"])] = str(one["id"])
    async for one in slack.pages("conversations.list", "channels", exclude_archived="true"):
        others[str(one["name"])] = others[str(one["id"])] = str(one["id"])
    patient.channels = joined
    given = patient.settings
    return [
        _channel(patient, key, name, others)
        for key, name in (
            ("STANCH_TRIAGE_CHANNEL", given.stanch_triage_channel),
            ("STANCH_ANNOUNCE_CHANNEL", given.stanch_announce_channel),
        )
    ]


def _channel(patient: Patient, key: str, given: str, others: Mapping[str, str]) -> Line:
    name = given.strip().lstrip("#")
    if not name:
        lost = "signals are shown" if "TRIAGE" in key else "incidents are announced"
        return degraded("channels", f"{key} is not set: {lost} nowhere")
    if name in patient.channels:
        return ok("channels", f"{key}: in #{name}")
    if name not in others:
        me = patient.answer.get("user")
        return fault("channels", f"{key}: no channel {name} that I can see; if it is private, /invite @{me} there")
    if "chat:write.public" in patient.granted:
        return ok("channels", f"{key}: #{name} is public, and may be posted to")
    return fault("channels", f"{key}: not in #{name}; /invite @{patient.answer.get('user')} there")


async def owners(patient: Patient) -> Sequence[Line]:
    if not (slack := patient.at_slack):
        return []
    directory = Directory(slack)
    await directory.load()
    known = patient.catalogue
    owned = {
        f"{name} ({service.id})": name
        for service in known.services.values()
        for name in dict.fromkeys(name for names in service.owners.values() for name in names)
    }
    return [
        _here(directory, "owners", owned, catalogue.SERVICES),
        *(
            [_here(directory, "on call", {name: name for name in known.people.people}, PEOPLE)]
            if known.people.people
            else []
        ),
    ]


def _here(directory: Directory, about: str, names: Mapping[str, str], file: str) -> Line:
    """`names`: as told → as written in the file."""
    unknown = [told for told, name in names.items() if not ((person := directory.person(name)) and person.here)]
    if unknown:
        return fault(about, f"not in this workspace: {_some(unknown)}; correct {file}")
    return ok(about, f"everybody named in {file.rpartition('/')[2]} is here")


PLANS: tuple[tuple[str, str, Mapping[str, str], str], ...] = (
    ("user groups", "usergroups.list", {}, "a rota in people.yml cannot be one"),
    ("bookmarks", "bookmarks.list", {"channel_id": ""}, "the card is pinned, and no bookmark leads to it"),
    ("canvases", "canvases.sections.lookup", {"canvas_id": "F0", "criteria": "{}"}, "timelines are posted as files"),
)
"""What some plans lack: the method that shows it, with its arguments ("" is a channel), and what happens instead.

The bot asks for no scope of the last: it can do without it on any plan.
"""
LACKING = frozenset(
    "plan_upgrade_required not_implemented paid_only canvas_disabled_user_team feature_not_enabled method_disabled"
    " team_not_allowed unknown_method restricted_action missing_scope".split()
)


async def plan(patient: Patient) -> Sequence[Line]:
    """One line for each feature that this workspace has not; the others are not worth a word."""
    if not (slack := patient.at_slack):
        return []
    channel = next(iter(patient.channels.values()), None)
    found = []
    for feature, method, arguments, instead in PLANS:
        if "" in arguments.values() and channel is None:
            continue
        try:
            await slack.call(method, read=True, **{k: v or channel for k, v in arguments.items()})
        except SlackFault as trouble:
            if trouble.error in LACKING:
                why = f"{trouble.detail} is not asked for" if trouble.error == "missing_scope" else trouble.error
                found.append(degraded("plan", f"degrades: no {feature} ({why}); {instead}"))
    return found


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
