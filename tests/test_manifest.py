"""The manifest is what Slack's own schema allows, and asks for no more than the bot uses."""

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

ROOT = Path(__file__).parent.parent
SCHEMA = Path(__file__).parent / "fixtures" / "slack" / "manifest.schema.json"

# Which scope Slack asks for before it sends an event (shown on each event's page of its documentation).
EVENT_SCOPES = {
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "member_joined_channel": "channels:read",
    "member_left_channel": "channels:read",
    "channel_rename": "channels:read",
    "channel_archive": "channels:read",
    "channel_unarchive": "channels:read",
    "channel_deleted": "channels:read",
    "channel_left": "channels:read",
    "group_rename": "groups:read",
    "group_archive": "groups:read",
    "group_unarchive": "groups:read",
    "group_deleted": "groups:read",
    "group_left": "groups:read",
    "user_change": "users:read",
    "team_join": "users:read",
    "reaction_added": "reactions:read",
    "message.mpim": "mpim:history",
    "app_home_opened": None,  # needs none
}


@pytest.fixture
def manifest() -> dict:
    return yaml.safe_load((ROOT / "manifest.yml").read_text(encoding="utf-8"))


@pytest.fixture
def validator() -> jsonschema.Draft7Validator:
    return jsonschema.Draft7Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))


def test_manifest_is_what_slack_allows(manifest: dict, validator: jsonschema.Draft7Validator) -> None:
    """Slack's schema finds no fault in the manifest."""
    assert [error.message for error in validator.iter_errors(manifest)] == []


def test_schema_refuses_a_manifest_beyond_its_limits(manifest: dict, validator: jsonschema.Draft7Validator) -> None:
    """The schema that we test against does refuse: a display name of 81 characters is one too many."""
    manifest["features"]["bot_user"]["display_name"] = "x" * 81
    assert [list(error.path) for error in validator.iter_errors(manifest)] == [["features", "bot_user", "display_name"]]


def test_every_event_has_its_scope(manifest: dict) -> None:
    """Each subscribed event is one we know, and the scope that it needs is asked for."""
    scopes = manifest["oauth_config"]["scopes"]["bot"]
    missing = {
        event: EVENT_SCOPES.get(event, "not looked up")
        for event in manifest["settings"]["event_subscriptions"]["bot_events"]
        if EVENT_SCOPES.get(event, "not looked up") not in {None, *scopes}
    }
    assert missing == {}


def test_nothing_is_asked_for_twice(manifest: dict) -> None:
    """Scopes and events are listed once each."""
    for names in (manifest["oauth_config"]["scopes"]["bot"], manifest["settings"]["event_subscriptions"]["bot_events"]):
        assert sorted(set(names)) == sorted(names)
