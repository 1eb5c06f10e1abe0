"""The app's manifest, as far as the workspace acts on it: scopes, commands, events, Home tab, shortcuts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from practice.model import Json


@dataclass(frozen=True)
class App:
    """What the installed app may do. ``None`` means that no manifest was given, and all is allowed.

    ``commands`` maps "/name" to whether its text is escaped (``should_escape``); ``shortcuts`` maps callback ids to
    "global" or "message".
    """

    name: str = "Stanch"
    scopes: frozenset[str] | None = None
    commands: dict[str, bool] | None = None
    events: frozenset[str] | None = None
    shortcuts: dict[str, str] | None = None
    home_tab: bool = True
    interactive: bool = True
    listed_commands: tuple[Json, ...] = ()
    listed_shortcuts: tuple[Json, ...] = ()
    """Both as the manifest has them, for the page."""

    def granted(self, scope: str) -> bool:
        return self.scopes is None or scope in self.scopes

    def listens_to(self, event: str) -> bool:
        return self.events is None or event in self.events


def read(path: Path | None) -> App:
    """The app of this manifest file (YAML or JSON). A file that is absent or empty allows everything.

    Raises ``ValueError`` when the file is no manifest.
    """
    if path is None or not path.exists():
        return App()
    try:
        raw: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise ValueError(f"{path}: not YAML: {error}") from error
    if raw is None:
        return App()
    if not isinstance(raw, dict) or "display_information" not in raw:
        raise ValueError(f"{path}: no Slack app manifest (display_information is missing)")
    features = raw.get("features") or {}
    settings = raw.get("settings") or {}
    return App(
        name=str(raw["display_information"].get("name", "App")),
        scopes=frozenset(((raw.get("oauth_config") or {}).get("scopes") or {}).get("bot") or ()),
        commands={one["command"]: bool(one.get("should_escape")) for one in features.get("slash_commands") or ()},
        events=frozenset((settings.get("event_subscriptions") or {}).get("bot_events") or ()),
        shortcuts={one["callback_id"]: one["type"] for one in features.get("shortcuts") or ()},
        home_tab=bool((features.get("app_home") or {}).get("home_tab_enabled")),
        interactive=bool((settings.get("interactivity") or {}).get("is_enabled")),
        listed_commands=tuple(features.get("slash_commands") or ()),
        listed_shortcuts=tuple(features.get("shortcuts") or ()),
    )
