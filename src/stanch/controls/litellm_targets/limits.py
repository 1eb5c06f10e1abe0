"""What keys and teams of LiteLLM may use, by the alias or the hash of a key, never by a key."""

import re
from collections.abc import Mapping
from typing import Any, Literal, Self
from urllib.parse import quote

from pydantic import model_validator

from stanch.controls.base import Reading
from stanch.controls.litellm_targets.part import (
    BLOCKED,
    OPEN,
    Name,
    Part,
    listed,
    listing,
    named,
    names,
    odd,
    one_of,
    read,
)
from stanch.controls.plain import Request
from stanch.controls.wire import Wire
from stanch.core.control import NOTHING, Aim, Value

_HASH = re.compile(r"[0-9a-f]{64}")
_SPENT = "what is spent is counted some seconds late"


class Limited(Part):
    """`blocked` is open or blocked; `models` a list with commas, or nothing: all; the rest a number, or nothing."""

    field: str

    def reading(self, now: Any, aim: Aim, wire: Wire) -> Reading:
        found = now[self.field]
        if self.field == "blocked":
            return Reading(BLOCKED if found is True else OPEN, {"was": found})
        if self.field == "models":
            return listing(wire, found, aim)
        return Reading(NOTHING if found is None else read(wire, found))

    def wanted(self, value: Value) -> Any:
        if self.field == "models":
            return names(value)
        return None if value == NOTHING else value


class Key(Limited):
    """A key by its alias or hash: one of its limits, or with `serves` what it gets when it asks for that model."""

    key: Name
    field: Literal["max_budget", "rpm_limit", "tpm_limit", "max_parallel_requests", "blocked", "models", "aliases"]
    serves: str = ""

    @model_validator(mode="after")
    def _goes_together(self) -> Self:
        if (self.field == "aliases") != bool(self.serves):
            raise ValueError("field: aliases goes with serves, which names the model that is asked for")
        return self

    async def now(self, wire: Wire) -> Any:
        if _HASH.fullmatch(self.key):
            answer = await wire.read(f"/key/info?key={self.key}")
            found = answer.object().get("info")
            keys = [{**found, "token": self.key}] if isinstance(found, dict) else []
        else:
            path = f"/key/list?key_alias={quote(self.key, safe='')}&return_full_object=true&size=5"
            answer, all = await listed(wire, path, "keys")
            keys = [one for one in all if one.get("key_alias") == self.key]
            if len(keys) != 1:
                many = f"{len(keys)} keys" if keys else "no key"
                raise answer.fault(f"{wire.name} has {many} with the alias {self.key}.", permanent=True)
        if not keys or self.field not in keys[0] or not isinstance(keys[0].get("token"), str):
            raise odd(answer)
        if self.serves and not isinstance(keys[0]["aliases"], dict | None):
            raise odd(answer)
        return keys[0]

    def reading(self, now: Any, aim: Aim, wire: Wire) -> Reading:
        if not self.serves:
            return super().reading(now, aim, wire)
        entry = (now["aliases"] or {}).get(self.serves)
        return Reading(NOTHING if entry is None else named(wire, entry))

    def request(self, value: Value, detail: Mapping[str, Any], now: Any) -> Request:
        who = {"key": now["token"] if now else self.key if _HASH.fullmatch(self.key) else f"(the hash of {self.key})"}
        if self.field == "blocked":
            is_shut = one_of(value, OPEN, BLOCKED)
            if not is_shut and "was" in detail and detail["was"] is None:
                return Request("POST", "/key/update", {**who, "blocked": None})
            return Request("POST", "/key/block" if is_shut else "/key/unblock", who)
        if self.serves:
            others = {"(all others as they are then)": ""} if now is None else now["aliases"] or {}
            changed = {name: model for name, model in others.items() if name != self.serves}
            return Request("POST", "/key/update", {**who, "aliases": changed | self._entry(value)})
        return Request("POST", "/key/update", {**who, self.field: self.wanted(value)})

    def _entry(self, value: Value) -> dict[str, Value]:
        return {} if value == NOTHING else {self.serves: value}

    def caution(self) -> str:
        slow = "where several proxies run, each may go by what it knew for up to 60 s"
        return f"{slow}; {_SPENT}" if self.field == "max_budget" else slow


class Team(Limited):
    """A team by its id. The proxy ignores a limit of parallel requests here, so that it is none of the fields."""

    team: Name
    field: Literal["max_budget", "rpm_limit", "tpm_limit", "blocked", "models"]

    async def now(self, wire: Wire) -> Any:
        path = f"/v2/team/list?team_id={quote(self.team, safe='')}&page_size=5"
        answer, all = await listed(wire, path, "teams")
        teams = [one for one in all if one.get("team_id") == self.team]
        if not teams:
            raise answer.fault(f"{wire.name} has no team {self.team}.", permanent=True)
        if self.field not in teams[0]:
            raise odd(answer)
        return teams[0]

    def request(self, value: Value, detail: Mapping[str, Any], now: Any) -> Request:
        if self.field == "blocked":
            verb = "block" if one_of(value, OPEN, BLOCKED) else "unblock"
            return Request("POST", f"/team/{verb}", {"team_id": self.team})
        return Request("POST", "/team/update", {"team_id": self.team, self.field: self.wanted(value)})

    def caution(self) -> str:
        slow = "the proxy remembers teams: both ways it may take up to 60 s until callers notice"
        return f"{slow}; {_SPENT}" if self.field == "max_budget" else slow
