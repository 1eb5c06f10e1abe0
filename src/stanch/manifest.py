"""The Slack app's manifest: as it ships, for Socket Mode, or with request URLs, for HTTP."""

from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from stanch.errors import StanchError

REQUESTS = "/slack/events"
LONGEST = 3000
"""Characters of a URL in a manifest (Slack's schema)."""


def path() -> Path:
    """The manifest that ships with this version."""
    package = Path(__file__).parent
    return next(p for p in (package.parents[1] / "manifest.yml", package / "home" / "manifest.yml") if p.is_file())


def scopes() -> frozenset[str]:
    """What the bot asks for."""
    return frozenset(_read()["oauth_config"]["scopes"]["bot"])


def for_sockets() -> str:
    return path().read_text(encoding="utf-8")


def for_http(url: str) -> str:
    """With everything sent to `url`, to which `/slack/events` is added unless it ends so. Raises `StanchError`."""
    target = _target(url)
    made = _read()
    for command in made["features"]["slash_commands"]:
        command["url"] = target
    settings = made["settings"]
    settings["event_subscriptions"] = {"request_url": target, **settings["event_subscriptions"]}
    settings["interactivity"] = {**settings["interactivity"], "request_url": target}
    settings["socket_mode_enabled"] = False
    head = f"# The Slack app, for HTTP at {target}. Made by `stanch manifest --http`.\n"
    return head + yaml.safe_dump(made, sort_keys=False, allow_unicode=True, width=120)


def _read() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(path().read_text(encoding="utf-8"))
    return found


def _target(url: str) -> str:
    wrong = f"{url!r} is no URL that Slack can post to: expected https://your-host, or http:// on this machine."
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise StanchError(wrong) from None
    more = parts.query or parts.fragment or parts.username or parts.password is not None
    odd = any(char.isspace() or not char.isprintable() or char in "<>\"'\\" for char in url)
    if not host or more or odd or "?" in url or "#" in url:
        raise StanchError(wrong)
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_local(host)):
        raise StanchError(wrong)
    target = url.rstrip("/")
    if not target.endswith(REQUESTS):
        target += REQUESTS
    if len(target) > LONGEST:
        raise StanchError(f"That URL is too long: Slack takes {LONGEST} characters.")
    return target


def _is_local(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
