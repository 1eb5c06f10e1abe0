"""The arguments of one Web API call, however they were sent: query, form, JSON or multipart."""

from __future__ import annotations

import json
from typing import Any

from practice.errors import SlackError
from practice.model import Json

STRUCTURED = frozenset({"blocks", "attachments", "metadata", "view", "files"})


def decoded(raw: Json) -> Json:
    """The arguments with JSON texts of structured ones read; what is no JSON stays text, for the method to refuse."""
    args: Json = {}
    for name, value in raw.items():
        if name in STRUCTURED and isinstance(value, str):
            try:
                args[name] = json.loads(value)
            except ValueError:
                args[name] = value
        else:
            args[name] = value
    return args


class Args:
    """Typed access to the arguments. Numbers and booleans come as text in a query or form, as themselves in JSON."""

    def __init__(self, values: Json) -> None:
        self.values = values

    def given(self, name: str) -> bool:
        return self.values.get(name) is not None

    def raw(self, name: str) -> Any:
        return self.values.get(name)

    def text(self, name: str, default: str = "") -> str:
        value = self.values.get(name)
        if value is None:
            return default
        if isinstance(value, bool | dict | list):
            raise SlackError("invalid_arguments", [f"[ERROR] must be a string [json-pointer:/{name}]"])
        return str(value)

    def required(self, name: str) -> str:
        """Raises ``invalid_arguments`` when it is absent or empty."""
        value = self.text(name)
        if not value:
            raise SlackError("invalid_arguments", [f"[ERROR] missing required field: {name}"])
        return value

    def flag(self, name: str, default: bool = False) -> bool:
        value = self.values.get(name)
        if value is None:
            return default
        return value is True or str(value).lower() in ("1", "true")

    def number(self, name: str, default: int) -> int:
        value = self.values.get(name)
        if value is None or value == "":
            return default
        try:
            return int(value)
        except (TypeError, ValueError) as error:
            raise SlackError("invalid_arguments", [f"[ERROR] must be an integer [json-pointer:/{name}]"]) from error

    def names(self, name: str) -> list[str]:
        """A list, sent as one or as comma-separated text."""
        value = self.values.get(name)
        if value is None:
            return []
        if isinstance(value, list):
            return [str(one) for one in value]
        return [one.strip() for one in str(value).split(",") if one.strip()]
