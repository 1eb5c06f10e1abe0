"""What is done to an MLflow in the tests: driven against the real one, and against what was recorded of it."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest

from stanch.controls.adapters import ADAPTERS
from stanch.controls.base import Found, PlaneFault, Planes, Proof, Reading
from stanch.core.catalogue import Catalogue
from stanch.core.control import NOTHING, Aim, Plane, Values
from tests.controls.exchanges import FOLDER

RECORDED = FOLDER / "mlflow"
SOURCE = "MLflow 3.17.2 from PyPI with SQLite and --app-name basic-auth"
SINCE = datetime(2026, 11, 22, tzinfo=UTC)
WORD = "the plane says {}, and nothing that is served shows it"
VERSIONS = Values(("3", "2", "1"))
PROMPT = Aim("registry", {"prompt": "support-bot", "alias": "production"}, VERSIONS, "2")
UNSET = Aim("registry", {"prompt": "support-bot", "alias": "canary"}, VERSIONS, "2")
MODEL = Aim("registry", {"model": "router", "alias": "champion"}, Values(("2", "1")), "1")
ENDPOINT = Aim("registry", {"endpoint": "chat-prod"}, Values(("gpt-new", "gpt-old")), "gpt-old")
ANSWERED = "5 of 5 answers come from gpt-4o-old"
Pause = Callable[[], Awaitable[None]]


def planes(url: str, login: str, *, timeout: float = 10.0) -> Planes:
    """One MLflow, by the kinds that ship."""
    known = {"registry": Plane("registry", "mlflow", url=url, secret="LOGIN", timeout=timedelta(seconds=timeout))}
    return Planes(Catalogue(planes=known), {"LOGIN": login}, ADAPTERS)


async def at_once() -> None:
    await asyncio.sleep(0)


async def prompt_and_back(driven: Planes, _: Pause = at_once) -> None:
    """The alias goes to the version before and back again; only MLflow's own word is there to show it."""
    registry = driven.of(PROMPT)
    assert await registry.lacks(PROMPT) == ""
    before = await registry.read(PROMPT)
    assert before == Reading("3")
    receipt = await registry.apply(PROMPT, "2", detail={}, request_id="INC-7-apply-1", by="U1")
    assert receipt.said == "200, 2"
    assert await registry.probe(PROMPT, "3", since=SINCE) == Proof(False, "the plane itself still says 2")
    assert await registry.probe(PROMPT, "2", since=SINCE) == Proof(None, WORD.format(2), final=True)
    await registry.apply(PROMPT, "3", detail=before.detail, request_id="INC-7-apply-2", by="U1")
    assert await registry.read(PROMPT) == Reading("3")


async def from_nothing_and_back(driven: Planes, _: Pause = at_once) -> None:
    """An alias that does not exist is made, and taken away again."""
    registry = driven.of(UNSET)
    before = await registry.read(UNSET)
    assert before == Reading(NOTHING)
    await registry.apply(UNSET, "2", detail={}, request_id="INC-7-apply-3", by="U1")
    assert await registry.read(UNSET) == Reading("2")
    await registry.apply(UNSET, NOTHING, detail=before.detail, request_id="INC-7-apply-4", by="U1")
    assert await registry.read(UNSET) == Reading(NOTHING)


async def model_and_back(driven: Planes, _: Pause = at_once) -> None:
    """The alias of an ordinary model, which is read by the same call."""
    registry = driven.of(MODEL)
    await registry.apply(MODEL, "1", detail={}, request_id="INC-7-apply-5", by="U1")
    assert await registry.read(MODEL) == Reading("1")
    await registry.apply(MODEL, "2", detail={}, request_id="INC-7-apply-6", by="U1")
    assert await registry.read(MODEL) == Reading("2")


async def endpoint_and_back(driven: Planes, pause: Pause = at_once) -> int:
    """The gateway says the new model at once and serves the old one until its cache ends: only answers prove it.

    How often it was looked at before it was in effect.
    """
    gateway = driven.of(ENDPOINT)
    assert await gateway.lacks(ENDPOINT) == ""
    before = await gateway.read(ENDPOINT)
    assert before.value == "gpt-new"
    assert (await gateway.probe(ENDPOINT, "gpt-new", since=SINCE)).effective
    await gateway.apply(ENDPOINT, "gpt-old", detail={}, request_id="INC-7-apply-7", by="U1")
    assert (await gateway.read(ENDPOINT)).value == "gpt-old"
    looks = 0
    while (proof := await gateway.probe(ENDPOINT, "gpt-old", since=SINCE)).effective is False:
        assert proof.seen == "an answer still comes from gpt-4o-new openai"
        looks += 1
        await pause()
    assert proof == Proof(True, ANSWERED)
    await gateway.apply(ENDPOINT, "gpt-new", detail=before.detail, request_id="INC-7-apply-8", by="U1")
    assert await gateway.read(ENDPOINT) == before
    return looks


async def what_it_has(driven: Planes, _: Pause = at_once) -> None:
    """Aliases with their versions, and endpoints with the models that are defined, ready to be picked."""
    tested = "keep only what was tested with what runs now"
    assert await driven.of(PROMPT).found() == [
        Found("prompt.back", dict(PROMPT.target), ["1", "2", "3"], "2", "support-bot",
              f"production stands at 3 now; {tested}"),
        Found("model.back", dict(MODEL.target), ["1", "2"], "1", "router", f"champion stands at 2 now; {tested}"),
        Found("model.back", dict(ENDPOINT.target), ["gpt-new", "gpt-old", "gpt-spare"], None, "chat-prod",
              "stands at gpt-new now; keep only models that were tested with its prompts"),
    ]  # fmt: skip


async def without_rights(driven: Planes, _: Pause = at_once) -> None:
    """A user who may only read: what is missing is told before, and MLflow's refusal when it is tried."""
    registry = driven.of(PROMPT)
    assert await registry.lacks(PROMPT) == "its user lacks EDIT on prompt support-bot"
    assert await registry.lacks(UNSET) == "its user lacks MANAGE on prompt support-bot"
    assert await registry.lacks(ENDPOINT) == (
        "its user lacks EDIT on gateway_endpoint chat-prod, USE on gateway_model_definition gpt-new, "
        "USE on gateway_model_definition gpt-old"
    )
    told = "The control plane registry does not let us do this (403 Forbidden): ask its owner, or do it by hand."
    await refused(registry.apply(PROMPT, "2", detail={}, request_id="INC-7-apply-9", by="U1"), told)


async def what_is_not_there(driven: Planes, _: Pause = at_once) -> None:
    """A prompt, a version and a model that it does not have: refused, and nothing is sent or done."""
    registry = driven.of(PROMPT)
    no = "The control plane registry has no such thing (404 Not Found): look at the catalogue, or do it by hand."
    await refused(registry.read(Aim("registry", {"prompt": "nobody", "alias": "x"}, VERSIONS)), no)
    await refused(registry.apply(PROMPT, "33", detail={}, request_id="INC-7-apply-10", by="U1"), no)
    missing = "The control plane registry shows no model definition gpt-9; nothing was sent."
    await refused(registry.apply(ENDPOINT, "gpt-9", detail={}, request_id="INC-7-apply-11", by="U1"), missing)
    odd = Aim("registry", ENDPOINT.target, Values(("gpt-old", "gpt-9")))
    assert await registry.lacks(odd) == "it shows no model definition gpt-9"


async def wrong_login(driven: Planes, _: Pause = at_once) -> None:
    """What it answers to a user that it does not know."""
    registry = driven.of(PROMPT)
    told = "The control plane registry does not accept us (401 Unauthorized): check LOGIN."
    await refused(registry.read(PROMPT), told)
    await refused(registry.read(ENDPOINT), told)
    await refused(registry.apply(PROMPT, "2", detail={}, request_id="INC-7-apply-12", by="U1"), told)
    await refused(registry.found(), told)


async def refused(call: Awaitable[object], told: str) -> None:
    """It fails so, and certainly nothing happened."""
    with pytest.raises(PlaneFault) as caught:
        await call
    assert (str(caught.value), caught.value.sent) == (told, False)


AS_ADMIN = (
    prompt_and_back, from_nothing_and_back, model_and_back, endpoint_and_back, what_it_has, what_is_not_there,
)  # fmt: skip
ALL = (*AS_ADMIN, without_rights, wrong_login)
