"""Who and what is in a fresh workspace: five people and three channels, or what a seed file says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from practice.model import Channel, Json, User
from practice.workspace import Workspace

BOT = "stanch"
DEFAULT: Json = {
    "users": [
        {"name": "alice", "real_name": "Alice Adler"},
        {"name": "bob", "real_name": "Bob Brandt"},
        {"name": "carol", "real_name": "Carol Chen"},
        {"name": "dave", "real_name": "Dave Diallo"},
        {"name": "erin", "real_name": "Erin Ekström"},
    ],
    "channels": [
        {"name": "general", "bot": False},
        {"name": "triage"},
        {"name": "incidents"},
    ],
}
CREATED = 1_700_000_000


def read(path: Path | None) -> Json:
    """The seed: ``{"users": [{"name", "id"?, "real_name"?, "email"?, "tz"?}], "channels": [{"name", "private"?,
    "members"?: [names], "bot"?: bool, "topic"?}], "bot"?: name}``, YAML or JSON.

    Raises ``ValueError`` naming what is wrong.
    """
    if path is None:
        return DEFAULT
    try:
        seed: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise ValueError(f"{path}: {error}") from error
    if not isinstance(seed, dict) or set(seed) - {"users", "channels", "bot"}:
        raise ValueError(f"{path}: a seed has users, channels and bot, and nothing else")
    for key in ("users", "channels"):
        if not isinstance(seed.get(key, []), list) or any("name" not in one for one in seed.get(key, [])):
            raise ValueError(f"{path}: {key} must be a list whose entries have a name")
    return {**DEFAULT, **seed}


def plant(workspace: Workspace, seed: Json) -> None:
    """Put the seed into an empty workspace. Ids follow from names, so that they are the same each time."""
    bot = str(seed.get("bot", BOT))
    workspace.users["U0STANCHBOT"] = User(
        "U0STANCHBOT", bot, bot.capitalize(), f"{bot}@example.com", "UTC", is_bot=True
    )
    workspace.bot_user = "U0STANCHBOT"
    for one in sorted(seed["users"], key=lambda one: str(one["name"])):
        name = one["name"]
        user_id = one.get("id") or f"U0{''.join(char for char in name.upper() if char.isascii() and char.isalnum())}"
        real_name, email = one.get("real_name", name.capitalize()), one.get("email", f"{name}@example.com")
        workspace.users[user_id] = User(user_id, name, real_name, email, one.get("tz", "Europe/Berlin"))
    people = [user.id for user in workspace.users.values() if not user.is_bot]
    for number, one in enumerate(seed["channels"]):
        name = one["name"]
        named = [workspace.user(member) for member in one.get("members", [])]
        members = [user.id for user in named if user] or list(people)
        if one.get("bot", True):
            members.append(workspace.bot_user)
        channel_id = one.get("id") or f"C0{''.join(char for char in name.upper() if char.isalnum())}"
        channel = Channel(channel_id, name, people[0], CREATED + number, bool(one.get("private")), name == "general")
        channel.members = members
        channel.topic["value"] = one.get("topic", "")
        workspace.channels[channel_id] = channel
        workspace.dirty.add(("channel", channel_id))
    workspace.dirty.update(("user", user_id) for user_id in workspace.users)
