"""What a LiteLLM proxy has that controls could move."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from stanch.controls.base import Found
from stanch.controls.litellm_targets.guardrail import words_of
from stanch.controls.litellm_targets.part import BLOCKED, OPEN, deployments, joined, listed, router
from stanch.controls.wire import Wire
from stanch.core.control import NOTHING, Value
from stanch.core.redact import redact

_FEW: Final = 50
"""Keys, and teams, that are looked at."""


async def discovered(wire: Wire) -> list[Found]:
    """Aliases, fallbacks, deployments, content filters, keys by alias, teams. Raises `PlaneFault`."""
    all = sorted(await deployments(wire), key=lambda one: one["model_info"]["id"])
    names = sorted({str(one.get("model_name")) for one in all})
    aliases = (await router(wire, "model_group_alias")).value or {}
    rules = (await router(wire, "fallbacks")).value or []
    groups = [one for one in names if one not in aliases]
    found = [_alias(name, entry, groups) for name, entry in sorted(aliases.items())]
    found += [_fallbacks(one, groups, rules) for one in names if set(groups) - {one}]
    found += [_deployment(one) for one in all if one["model_info"].get("db_model") is True]
    found += [_filter(one) for one in (await listed(wire, "/v2/guardrails/list", "guardrails"))[1]]
    for key in (await listed(wire, f"/key/list?return_full_object=true&size={_FEW}", "keys"))[1]:
        if alias := key.get("key_alias"):
            found.append(_rate({"key": alias, "field": "rpm_limit"}, key, alias))
            found.append(Found("key.block", {"key": alias, "field": "blocked"}, [OPEN, BLOCKED], BLOCKED, alias))
    for team in (await listed(wire, f"/v2/team/list?page_size={_FEW}", "teams"))[1]:
        found.append(_rate({"team": team.get("team_id"), "field": "rpm_limit"}, team, team.get("team_alias") or "team"))
    return [one for one in found if _usable(one)]


def _alias(alias: str, entry: Any, groups: Sequence[str]) -> Found:
    now = str(entry.get("model") if isinstance(entry, dict) else entry)
    values = [now, *(one for one in groups if one != now)]
    note = "which of these was tested with this prompt?"
    return Found("model.back", {"alias": alias, "proof": {"of": 3}}, values, None, alias, note)


def _fallbacks(group: str, groups: Sequence[str], rules: Sequence[Any]) -> Found:
    entry = next((one[group] for one in rules if isinstance(one, dict) and group in one), None) or []
    now = joined([str(one) for one in entry]) if isinstance(entry, list) else NOTHING
    values: list[Value] = [now, *(one for one in (NOTHING, *groups) if one not in (now, group))]
    note = "which of these may answer in its place?"
    return Found("provider.failover", {"fallbacks": group, "proof": {"of": 3}}, values, None, group, note)


def _deployment(one: Mapping[str, Any]) -> Found:
    id, model = one["model_info"]["id"], one["litellm_params"].get("model")
    note = "add the model that it may go back to"
    return Found("model.back", {"deployment": id, "proof": {"of": 3}}, [model], None, id, note)


def _filter(one: Mapping[str, Any]) -> Found:
    name, params = one.get("guardrail_name"), one.get("litellm_params")
    words, more = words_of(params) if isinstance(params, dict) else (set(), True)
    target = {"guardrail": name, "blocked_words": [] if more else sorted(words)}
    return Found("filter.strict", target, ["off", "on"], "on", str(name))


def _rate(target: Mapping[str, Any], now: Mapping[str, Any], name: str) -> Found:
    limit = now.get("rpm_limit")
    values = {"from": 0, "to": max(1000, limit) if isinstance(limit, int) else 1000, "unit": "a minute", "none": True}
    stands = f"{limit} a minute now" if limit is not None else "no limit now"
    return Found("rate.limit", target, values, None, name, f"{stands}; which rate still serves its users?")


def _usable(one: Found) -> bool:
    """Names are somebody else's text: what is no line, too long, or looks like a secret, is left out."""
    values = one.values if isinstance(one.values, list) else []
    return all(_plain(part) for part in (one.on, *one.target.values(), *values))


def _plain(part: Any) -> bool:
    if isinstance(part, Mapping):
        return True
    if isinstance(part, list):
        return bool(part) and all(_plain(inner) for inner in part)
    is_line = isinstance(part, str) and part.isprintable() and 0 < len(part) <= 200
    return is_line and redact(part) == part and not part.startswith("sk-")
