"""`stanch manifest`: what is pasted into Slack, for either transport."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from stanch import manifest
from stanch.errors import StanchError
from tests.acceptance.harness import clean_environment

ROOT = Path(__file__).parents[1]
SCHEMA = ROOT / "tests" / "fixtures" / "slack" / "manifest.schema.json"
URL = "https://stanch.example.com/slack/events"


def faults(text: str) -> list[str]:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return [fault.message for fault in jsonschema.Draft7Validator(schema).iter_errors(yaml.safe_load(text))]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "stanch", "manifest", *arguments]
    return subprocess.run(command, env=clean_environment(), capture_output=True, text=True, check=False, cwd=ROOT)


def test_for_sockets_it_is_the_file() -> None:
    """Without `--http` it prints the file as it ships, with its comments."""
    answer = run()
    assert (answer.returncode, answer.stderr) == (0, "")
    assert answer.stdout == (ROOT / "manifest.yml").read_text(encoding="utf-8")
    assert faults(answer.stdout) == []


def test_for_http_slack_allows_it() -> None:
    """With a URL, commands, events and interactivity go there, Socket Mode is off, and nothing else differs."""
    answer = run("--http", "https://stanch.example.com")
    assert (answer.returncode, answer.stderr) == (0, "")
    assert faults(answer.stdout) == []
    made: dict[str, Any] = yaml.safe_load(answer.stdout)
    assert made["features"]["slash_commands"][0].pop("url") == URL
    assert made["settings"]["event_subscriptions"].pop("request_url") == URL
    assert made["settings"]["interactivity"].pop("request_url") == URL
    assert made["settings"].pop("socket_mode_enabled") is False
    as_it_is = yaml.safe_load((ROOT / "manifest.yml").read_text(encoding="utf-8"))
    assert as_it_is["settings"].pop("socket_mode_enabled") is True
    assert made == as_it_is


@pytest.mark.parametrize(
    ("given", "target"),
    [
        ("https://stanch.example.com/", URL),
        (URL, URL),
        ("https://example.com:8443/stanch", "https://example.com:8443/stanch/slack/events"),
        ("http://127.0.0.1:8766", "http://127.0.0.1:8766/slack/events"),
        ("http://localhost", "http://localhost/slack/events"),
        ("http://[::1]:8766", "http://[::1]:8766/slack/events"),
    ],
)
def test_path_is_added_once(given: str, target: str) -> None:
    """A host is enough, a whole request URL is taken as it is, and this machine may do without TLS."""
    assert yaml.safe_load(manifest.for_http(given))["settings"]["interactivity"]["request_url"] == target


WRONG = [
    "", "stanch", "http://stanch.example.com", "http://10.0.0.1", "ftp://x", "https://", "https://u:p@x", "https://x?a",
    "https://x#a", "https://x y", "https://x:port", "https://[x", "javascript:alert(1)", "https://x\n- y",
]  # fmt: skip


@pytest.mark.parametrize("url", WRONG)
def test_other_urls_are_refused(url: str) -> None:
    """What Slack cannot post to, or should not, is refused with what is expected."""
    with pytest.raises(StanchError) as refusal:
        manifest.for_http(url)
    assert str(refusal.value) == (
        f"{url!r} is no URL that Slack can post to: expected https://your-host, or http:// on this machine."
    )


def test_status_of_a_refusal() -> None:
    """Exit status 2, and nothing on standard output that could be pasted."""
    answer = run("--http", "http://stanch.example.com")
    assert (answer.returncode, answer.stdout) == (2, "")


def test_too_long() -> None:
    """Slack's schema allows 3,000 characters."""
    with pytest.raises(StanchError, match="too long"):
        manifest.for_http("https://x/" + "y" * 3000)
