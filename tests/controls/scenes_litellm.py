"""What is done to a LiteLLM proxy in the tests: driven against the real one, and against what was recorded of it.

Each scene ends where it began. The proxy's file has chat-prod (dep-primary) and chat-backup (dep-backup); what its
database has is put there by tests/planes/test_litellm.py.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from stanch.controls.adapters import ADAPTERS
from stanch.controls.base import PlaneFault, Planes, Proof, Reading
from stanch.controls.same import said
from stanch.core.catalogue import Catalogue
from stanch.core.control import Aim, Plane, Value, Values
from tests.controls.exchanges import FOLDER

RECORDED = FOLDER / "litellm"
SOURCE = "LiteLLM 1.106.2 of PyPI with PostgreSQL 15; its database engine is the stand-in of tests/fixtures/litellm-db"
KEPT = ("x-litellm-model-id", "x-litellm-model-name", "x-litellm-attempted-fallbacks")
SINCE = datetime(2026, 11, 22, tzinfo=UTC)
OWN_WORD = "the plane says {}, and nothing that is served shows it"
LIMIT = Values(low=0, high=1000, none=True)


def aim(*choices: Value, values: Values | None = None, **target: Any) -> Aim:
    """A control of the proxy; it is pulled to the last of its choices."""
    return Aim("gateway", target, values or Values(choices), choices[-1] if choices else None)


ALIAS = aim("chat-prod", "chat-backup", alias="support-bot", proof={"of": 2, "served_by": {
    "chat-prod": "dep-primary", "chat-backup": ["dep-backup", "dep-other"]}})  # fmt: skip
HIDDEN = aim("chat-backup", "chat-prod", alias="hidden-bot")
NEW = aim("none", "chat-backup", alias="new-bot", proof={"of": 1})
FALLBACKS = aim("none", "chat-backup, chat-prod", fallbacks="down/model", proof={
    "of": 2, "served_by": {"chat-backup, chat-prod": ["dep-backup", "dep-primary"]}})  # fmt: skip
CALM = aim("none", "chat-backup", fallbacks="chat-prod", proof={"of": 1})
DEPLOYMENT = aim("openai/gpt-4o", "openai/gpt-4o-mini", deployment="dep-stored", proof={"of": 2})
BLOCK = aim("open", "blocked", block="dep-stored", proof={"of": 2})
RATE = aim(values=LIMIT, key="svc-support", field="rpm_limit")
BUDGET = aim(values=LIMIT, key="svc-support", field="max_budget")
MODELS = aim("none", "chat-backup, chat-prod", key="svc-support", field="models")
SERVES = aim("none", "chat-backup", key="svc-support", field="aliases", serves="chat-prod")
SHUT = aim("open", "blocked", key="svc-support", field="blocked")
TEAM_RATE = aim(values=LIMIT, team="team-support", field="tpm_limit")
TEAM_SHUT = aim("open", "blocked", team="team-support", field="blocked")
FILTER = aim("off", "on", guardrail="inc-42", blocked_words=["DAN jailbreak"], proof={"ask": "chat-prod", "of": 2})
KEPT_FILTER = aim("off", "on", guardrail="standing", blocked_words=["tea"])


def planes(url: str, token: str, *, timeout: float = 60.0) -> Planes:
    """One proxy, by the kinds that ship."""
    known = {"gateway": Plane("gateway", "litellm", url=url, secret="GATEWAY_KEY", timeout=timedelta(seconds=timeout))}
    return Planes(Catalogue(planes=known), {"GATEWAY_KEY": token}, ADAPTERS)


async def moved(driven: Planes, aim: Aim, value: Value, number: int, before: Reading | None = None) -> Proof:
    """What shows it, once it was sent and stands there; `before`: the reading that is put back."""
    gateway, request = driven.of(aim), f"INC-7-apply-{number}"
    receipt = await gateway.apply(aim, value, detail=before.detail if before else {}, request_id=request, by="U1")
    assert (receipt.request_id, receipt.said) == (request, f"200, {said(value)}")
    stands = await gateway.read(aim)
    assert stands == before if before else stands.value == value
    return await gateway.probe(aim, value, since=SINCE)


async def there_and_back(driven: Planes, aim: Aim, before: Reading, to: Value) -> tuple[Proof, Proof]:
    """Nothing speaks against it; it is pulled and shown, and exactly what was there is put back and shown."""
    gateway = driven.of(aim)
    assert await gateway.lacks(aim) == ""
    assert await gateway.read(aim) == before
    not_yet = await gateway.probe(aim, to, since=SINCE)
    assert not_yet == Proof(False, f"the plane itself still says {said(before.value)}")
    assert before.value is not None
    return await moved(driven, aim, to, 1), await moved(driven, aim, before.value, 2, before)


def by_word(*values: Value) -> tuple[Proof, ...]:
    return tuple(Proof(None, OWN_WORD.format(said(value)), final=True) for value in values)


async def alias_and_back(driven: Planes) -> None:
    """An alias serves another group and then its own again; the others are sent back as they are."""
    assert await there_and_back(driven, ALIAS, Reading("chat-prod"), "chat-backup") == (
        Proof(True, "2 of 2 answers are served by dep-backup or dep-other"),
        Proof(True, "2 of 2 answers are served by dep-primary"),
    )


async def hidden_alias(driven: Planes) -> None:
    """An alias that is an object stays one, and is put back whole."""
    before = Reading("chat-backup", {"was": {"model": "chat-backup", "hidden": True}})
    assert await there_and_back(driven, HIDDEN, before, "chat-prod") == by_word("chat-prod", "chat-backup")


async def new_alias(driven: Planes) -> None:
    """An alias that was not there is made and gone again; the deployments of its group are looked up."""
    assert await there_and_back(driven, NEW, Reading("none"), "chat-backup") == (
        Proof(True, "1 of 1 answers are served by dep-backup"),
        Proof(True, "new-bot is answered with 400"),
    )


async def alias_to_nowhere(driven: Planes) -> None:
    """A group that nobody serves is not sent: the proxy would take it, and callers would get errors."""
    nowhere = aim("chat-prod", "nowhere", alias="support-bot")
    assert await driven.of(nowhere).lacks(nowhere) == "it serves no model nowhere"
    told = "The control plane gateway: it serves no model nowhere; nothing was sent."
    await refused(driven.of(nowhere).apply(nowhere, "nowhere", detail={}, request_id="r", by="U1"), told)
    assert await driven.of(nowhere).read(nowhere) == Reading("chat-prod")


async def fallbacks_and_back(driven: Planes) -> None:
    """A group that fails is answered for by others, and then by nobody again."""
    assert await there_and_back(driven, FALLBACKS, Reading("none"), "chat-backup, chat-prod") == (
        Proof(True, "2 of 2 answers are served by dep-backup or dep-primary"),
        Proof(True, "down/model fails with 500, and nobody answers in its place"),
    )


async def fallbacks_unseen(driven: Planes) -> None:
    """While a group answers itself, nothing shows its fallbacks; to let it fail for a test is not allowed by itself."""
    calm = Proof(None, "chat-prod answers itself: fallbacks show only when it fails", final=True)
    assert await there_and_back(driven, CALM, Reading("none"), "chat-backup") == (calm, calm)
    tried = aim("none", "chat-backup", fallbacks="chat-prod", proof={"of": 1, "mock": True})
    told = "the proxy does not allow that a failure is tried (mock)"
    assert await driven.of(tried).probe(tried, "none", since=SINCE) == Proof(None, told, final=True)


async def deployment_and_back(driven: Planes) -> None:
    """A deployment calls another model of the provider, and then its own again."""
    assert await there_and_back(driven, DEPLOYMENT, Reading("openai/gpt-4o"), "openai/gpt-4o-mini") == (
        Proof(True, "2 of 2 answers come from openai/gpt-4o-mini"),
        Proof(True, "2 of 2 answers come from openai/gpt-4o"),
    )


async def block_and_back(driven: Planes) -> None:
    """A deployment refuses, and then answers again."""
    assert await there_and_back(driven, BLOCK, Reading("open"), "blocked") == (
        Proof(True, "asked 2 times, it refuses each time"),
        Proof(True, "asked 2 times, it answers each time"),
    )


async def in_its_file(driven: Planes) -> None:
    """A deployment of the proxy's file cannot be changed, which is said before anything is sent; nor one unknown."""
    fixed = aim("open", "blocked", block="dep-primary")
    why = "dep-primary stands in the proxy's own file, which the API cannot change"
    assert await driven.of(fixed).lacks(fixed) == why
    told = f"The control plane gateway: {why}; nothing was sent."
    await refused(driven.of(fixed).apply(fixed, "blocked", detail={}, request_id="r", by="U1"), told)
    missing = aim("open", "blocked", block="dep-gone")
    await refused(driven.of(missing).read(missing), "The control plane gateway has no deployment dep-gone.")


async def key_limits(driven: Planes) -> None:
    """Limits of a key, found by its alias: from none to some, and to none again."""
    assert await there_and_back(driven, RATE, Reading("none"), 60) == by_word(60, "none")
    assert await there_and_back(driven, BUDGET, Reading("none"), 0.5) == by_word(0.5, "none")
    every = Reading("none", {"was": []})
    assert await there_and_back(driven, MODELS, every, "chat-backup, chat-prod") == by_word(
        "chat-backup, chat-prod", "none"
    )
    assert await there_and_back(driven, SERVES, Reading("none"), "chat-backup") == by_word("chat-backup", "none")


async def key_block(driven: Planes) -> None:
    """A key that was never blocked is blocked, and afterwards it was never blocked."""
    assert await there_and_back(driven, SHUT, Reading("open", {"was": None}), "blocked") == by_word("blocked", "open")


async def no_such_key(driven: Planes) -> None:
    """An alias or a hash that no key has, and a team that is not there."""
    alias = aim("open", "blocked", key="svc-gone", field="blocked")
    await refused(driven.of(alias).read(alias), "The control plane gateway has no key with the alias svc-gone.")
    hashed = aim("open", "blocked", key="0" * 64, field="blocked")
    gone = "The control plane gateway has no such thing (404 Not Found): look at the catalogue, or do it by hand."
    await refused(driven.of(hashed).read(hashed), gone)
    team = aim("open", "blocked", team="team-gone", field="blocked")
    await refused(driven.of(team).read(team), "The control plane gateway has no team team-gone.")


async def team_limits(driven: Planes) -> None:
    """A team's limit and its block, there and back."""
    assert await there_and_back(driven, TEAM_RATE, Reading("none"), 1000) == by_word(1000, "none")
    open = Reading("open", {"was": False})
    assert await there_and_back(driven, TEAM_SHUT, open, "blocked") == by_word("blocked", "open")


async def filter_made_and_gone(driven: Planes) -> None:
    """A filter that was not there is made, seen to refuse its word, and gone again."""
    asks = "a question with the first of the words is"
    assert await there_and_back(driven, FILTER, Reading("off", {"absent": True}), "on") == (
        Proof(True, f"{asks} refused, 2 of 2 times"),
        Proof(True, f"{asks} answered, 2 of 2 times"),
    )


async def filter_switched(driven: Planes) -> None:
    """A filter that is there keeps its own words; it is only switched."""
    assert await there_and_back(driven, KEPT_FILTER, Reading("off"), "on") == by_word("on", "off")


async def what_there_is(driven: Planes) -> None:
    """What could be moved, ready to be picked."""
    found = [(one.control, one.on, dict(one.target), one.values) for one in await driven.of(ALIAS).found()]
    of = {"proof": {"of": 3}}
    groups = ["chat-backup", "chat-prod", "chat-stored", "down/model"]
    assert found[:2] == [
        ("model.back", "hidden-bot", {"alias": "hidden-bot", **of}, ["chat-backup", *_but(groups, "chat-backup")]),
        ("model.back", "support-bot", {"alias": "support-bot", **of}, ["chat-prod", *_but(groups, "chat-prod")]),
    ]
    assert (
        "provider.failover",
        "chat-prod",
        {"fallbacks": "chat-prod", **of},
        ["none", *_but(groups, "chat-prod")],
    ) in found
    assert [one for one in found if "deployment" in one[2]] == [
        ("model.back", id, {"deployment": id, **of}, ["openai/gpt-4o"]) for id in ("dep-down", "dep-stored")
    ]
    rates = {"from": 0, "to": 1000, "unit": "a minute", "none": True}
    assert found[-4:] == [
        ("filter.strict", "standing", {"guardrail": "standing", "blocked_words": ["tea"]}, ["off", "on"]),
        ("rate.limit", "svc-support", {"key": "svc-support", "field": "rpm_limit"}, rates),
        ("key.block", "svc-support", {"key": "svc-support", "field": "blocked"}, ["open", "blocked"]),
        ("rate.limit", "support", {"team": "team-support", "field": "rpm_limit"}, rates),
    ]


def _but(names: list[str], one: str) -> list[str]:
    return [name for name in names if name != one]


async def wrong_token(driven: Planes) -> None:
    """What it answers to a key that it does not know."""
    gateway = driven.of(ALIAS)
    told = "The control plane gateway does not accept us (401 Unauthorized): check GATEWAY_KEY."
    for call in (
        gateway.read(ALIAS), gateway.lacks(ALIAS), gateway.found(),
        gateway.apply(ALIAS, "chat-backup", detail={}, request_id="r", by="U1"),
    ):  # fmt: skip
        await refused(call, told)


async def viewer(driven: Planes) -> None:
    """A key that may look at everything and change nothing: seen without trying, and when it is tried."""
    make = "create one of a user with the role proxy_admin"
    assert await driven.of(ALIAS).lacks(ALIAS) == f"its key is no proxy admin's (proxy_admin_viewer): {make}"
    told = "The control plane gateway does not let us do this (403 Forbidden): ask its owner, or do it by hand."
    await refused(driven.of(ALIAS).apply(ALIAS, "chat-backup", detail={}, request_id="r", by="U1"), told)


async def nobodys_key(driven: Planes) -> None:
    """A caller's key belongs to no user and may do nothing here."""
    make = "create one of a user with the role proxy_admin"
    assert await driven.of(ALIAS).lacks(ALIAS) == f"its key belongs to no user: {make}"


async def master_key(driven: Planes) -> None:
    """The master key may do everything, and is in no table."""
    assert await driven.of(ALIAS).lacks(ALIAS) == ""


async def without_database(driven: Planes) -> None:
    """A proxy that has only its file can be read and asked who serves; nothing can be changed, which is said."""
    gateway = driven.of(ALIAS)
    assert await gateway.lacks(ALIAS) == "it has no database, so nothing can be changed: give the proxy a DATABASE_URL"
    assert await gateway.read(ALIAS) == Reading("chat-prod")
    proof = await gateway.probe(ALIAS, "chat-prod", since=SINCE)
    assert proof == Proof(True, "2 of 2 answers are served by dep-primary")
    why = "its model_group_alias stands in the proxy's own file, which the API cannot change"
    told = f"The control plane gateway: {why}; nothing was sent."
    await refused(gateway.apply(ALIAS, "chat-backup", detail={}, request_id="r", by="U1"), told)
    tried = aim("none", "chat-backup", fallbacks="chat-prod", proof={"of": 2, "mock": True, "served_by": {
        "chat-backup": "dep-backup"}})  # fmt: skip
    proof = await gateway.probe(tried, "chat-backup", since=SINCE)
    assert proof == Proof(True, "2 of 2 answers are served by dep-backup")
    with pytest.raises(PlaneFault) as caught:
        await gateway.read(RATE)
    assert str(caught.value) == "The control plane gateway is in trouble itself (500 Internal Server Error)."


async def refused(call: Any, told: str) -> None:
    """The fault says this, and that nothing was sent."""
    with pytest.raises(PlaneFault) as caught:
        await call
    assert (str(caught.value), caught.value.sent, caught.value.permanent) == (told, False, True)


WITH_DATABASE = (
    alias_and_back, hidden_alias, new_alias, alias_to_nowhere, fallbacks_and_back, fallbacks_unseen,
    deployment_and_back, block_and_back, in_its_file, key_limits, key_block, no_such_key, team_limits,
    filter_made_and_gone, filter_switched, what_there_is, wrong_token, viewer, nobodys_key, master_key,
)  # fmt: skip
