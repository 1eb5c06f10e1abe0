"""Langfuse as its public API is documented: each request as it is told there, and what follows from each answer."""

from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest

from stanch.controls.adapters import ADAPTERS
from stanch.controls.base import Adapter, Found, PlaneFault, Planes, Proof, Reading
from stanch.core.catalogue import Catalogue
from stanch.core.control import NOTHING, Aim, Plane, Values
from tests.controls.exchanges import FOLDER, MASKED, replayed
from tests.fakes.plane import FakePlane

SINCE = datetime(2026, 11, 22, tzinfo=UTC)
PROMPT = Aim("prompts", {"prompt": "support/bot", "label": "production"}, Values(("18", "17", "16")), "17")
PAIR = b64encode(MASKED.encode()).decode()


def planes(url: str, pair: str = PAIR) -> Planes:
    """One Langfuse, by the kinds that ship."""
    plane = Plane("prompts", "langfuse", url=url, secret="PAIR", timeout=timedelta(seconds=10))
    return Planes(Catalogue(planes={"prompts": plane}), {"PAIR": pair}, ADAPTERS)


@asynccontextmanager
async def langfuse(scene: str) -> AsyncIterator[Adapter]:
    """What its documentation says to this scene."""
    async with replayed(FOLDER / "langfuse" / f"{scene}.json") as url, planes(url) as driven:
        yield driven.of(PROMPT)


async def test_label_and_back() -> None:
    """The label moves with the labels that the version has already, but for `latest`, and back: 18 keeps its own."""
    async with langfuse("label_and_back") as prompts:
        before = await prompts.read(PROMPT)
        assert before == Reading("18")
        receipt = await prompts.apply(PROMPT, "17", detail={}, request_id="INC-7-apply-1", by="U1")
        assert receipt.said == "200, 17"
        assert await prompts.probe(PROMPT, "18", since=SINCE) == Proof(False, "the plane itself still says 17")
        word = "the plane says 17, and nothing that is served shows it"
        assert await prompts.probe(PROMPT, "17", since=SINCE) == Proof(None, word, final=True)
        await prompts.apply(PROMPT, "18", detail=before.detail, request_id="INC-7-apply-2", by="U1")
        assert await prompts.read(PROMPT) == Reading("18")


async def test_no_label_yet() -> None:
    """Where no version has the label it is not set: the API has no way to take it away again."""
    async with langfuse("no_label_yet") as prompts:
        told = "The control plane prompts has no prompt support/bot with the label production: "
        await refused(prompts.read(PROMPT), told + "its API could not take the label away again.")


async def test_versions_that_are_not_there() -> None:
    """They are told before, and refused when one is pulled; nothing is sent."""
    async with langfuse("versions_that_are_not_there") as prompts:
        assert await prompts.lacks(PROMPT) == "it has no version 16 of support/bot"
        told = "The control plane prompts has no version 16 of support/bot; nothing was sent."
        await refused(prompts.apply(PROMPT, "16", detail={}, request_id="INC-7-apply-3", by="U1"), told)
        none = "The control plane prompts has no version none of support/bot; nothing was sent."
        await refused(prompts.apply(PROMPT, NOTHING, detail={}, request_id="INC-7-apply-4", by="U1"), none)


async def test_what_it_has() -> None:
    """Each label with the versions of its prompt, `latest` and prompts without a choice left out."""
    async with langfuse("what_it_has") as prompts:
        note = "stands at {} now; keep only what was tested with what runs now"
        bot, values = {"prompt": "support/bot"}, ["16", "17", "18"]
        assert await prompts.found() == [
            Found("prompt.back", {**bot, "label": "production"}, values, "17", "support/bot",
                  f"production {note.format(18)}"),
            Found("prompt.back", {**bot, "label": "staging"}, values, "16", "support/bot",
                  f"staging {note.format(17)}"),
        ]  # fmt: skip


async def test_wrong_pair() -> None:
    """Keys that it does not know: nothing happened, and which variable to check."""
    async with langfuse("wrong_pair") as prompts:
        told = "The control plane prompts does not accept us (401 Unauthorized): check PAIR."
        await refused(prompts.read(PROMPT), told)
        await refused(prompts.apply(PROMPT, "17", detail={}, request_id="INC-7-apply-5", by="U1"), told)


async def test_a_wrong_address(plane: FakePlane) -> None:
    """A 404 in other words than Langfuse's is no missing prompt."""
    driven = planes(plane.url)
    plane.routes["GET", "/api/public/v2/prompts/support%2Fbot"] = lambda _: (404, {"message": "Not Found"})
    told = "The control plane prompts has no such thing (404 Not Found): look at the catalogue, or do it by hand."
    await refused(driven.of(PROMPT).read(PROMPT), told)
    await driven.close()


async def test_public_and_secret_key_travel_as_a_pair(plane: FakePlane) -> None:
    """The secret is PUBLIC:SECRET, sent as Basic; a preview shows neither."""
    driven, pair = planes(plane.url, "pk-test:sk-test"), b64encode(b"pk-test:sk-test").decode()
    page = "/api/public/v2/prompts/support%2Fbot"
    plane.routes["GET", page] = lambda _: (200, {"version": 18, "labels": ["production"]})
    await driven.of(PROMPT).read(PROMPT)
    assert plane.calls[0].headers["authorization"] == f"Basic {pair}"
    shown = driven.of(PROMPT).preview(PROMPT, "17")
    assert f"PATCH {plane.url}{page}/versions/17" in shown
    assert [secret for secret in (pair, "sk-test") if secret in shown] == []
    await driven.close()


async def test_numbers_without_quotes(plane: FakePlane) -> None:
    """A catalogue that lists 17 and 18 as numbers is read in numbers."""
    driven = planes(plane.url)
    bare = Aim("prompts", PROMPT.target, Values((18, 17)), 17)
    page = "/api/public/v2/prompts/support%2Fbot"
    plane.routes["GET", page] = lambda _: (200, {"version": 18, "labels": ["production"]})
    assert await driven.of(bare).read(bare) == Reading(18)
    await driven.close()


@pytest.mark.parametrize("answer", [[], {"version": "18"}, {"labels": []}, {"version": 18, "labels": None}])
async def test_another_shape(plane: FakePlane, answer: object) -> None:
    """JSON of another API is a fault that asking again does not heal, never a value."""
    driven = planes(plane.url)
    plane.routes["GET", "/api/public/v2/prompts/support%2Fbot"] = lambda _: (200, answer)
    told = "The control plane prompts answered in another shape than expected."
    await refused(driven.of(PROMPT).read(PROMPT), told)
    await driven.close()


def test_latest_is_not_ours() -> None:
    """Langfuse keeps `latest` on the newest version: a catalogue that would move it is refused."""
    with pytest.raises(ValueError, match="it cannot be moved"):
        ADAPTERS["langfuse"].shape.model_validate({"prompt": "support/bot", "label": "latest"})


async def refused(call: Awaitable[object], told: str) -> None:
    """It fails so, and certainly nothing happened."""
    with pytest.raises(PlaneFault) as caught:
        await call
    assert (str(caught.value), caught.value.sent, caught.value.permanent) == (told, False, True)
