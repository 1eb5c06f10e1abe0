"""What is done to a Phoenix in the tests: driven against the real one, and against what was recorded of it."""

from collections.abc import Awaitable, Mapping
from datetime import UTC, datetime, timedelta

import pytest

from stanch.controls.adapters import ADAPTERS
from stanch.controls.base import PlaneFault, Planes, Proof, Reading
from stanch.core.catalogue import Catalogue
from stanch.core.control import NOTHING, Aim, Plane, Values
from tests.controls.exchanges import FOLDER

RECORDED = FOLDER / "phoenix"
SOURCE = "Arize Phoenix 20.26.1 from PyPI with SQLite and PHOENIX_ENABLE_AUTH"
SINCE = datetime(2026, 11, 22, tzinfo=UTC)
WORD = "the plane says {}, and nothing that is served shows it"
NAMES = ("v3", "v2", "v1")
Ids = Mapping[str, str]


def aim(ids: Ids, tag: str = "production", values: tuple[str, ...] = NAMES) -> Aim:
    """The prompt support-bot; `ids`: what its versions are called, to their ids."""
    return Aim("traces", {"prompt": "support-bot", "tag": tag, "versions": dict(ids)}, Values(values), "v2")


def planes(url: str, key: str, *, timeout: float = 10.0) -> Planes:
    """One Phoenix, by the kinds that ship."""
    known = {"traces": Plane("traces", "phoenix", url=url, secret="KEY", timeout=timedelta(seconds=timeout))}
    return Planes(Catalogue(planes=known), {"KEY": key}, ADAPTERS)


async def tag_and_back(driven: Planes, ids: Ids) -> None:
    """The tag goes to the version before and back again with its description; people read v2, not an id."""
    prompt = aim(ids)
    phoenix = driven.of(prompt)
    assert await phoenix.lacks(prompt) == ""
    before = await phoenix.read(prompt)
    assert before == Reading("v3", {"id": ids["v3"], "description": "live since Monday"})
    receipt = await phoenix.apply(prompt, "v2", detail={}, request_id="INC-7-apply-1", by="U1")
    assert receipt.said == "204, v2"
    assert await phoenix.read(prompt) == Reading("v2", {"id": ids["v2"], "description": "live since Monday"})
    assert await phoenix.probe(prompt, "v3", since=SINCE) == Proof(False, "the plane itself still says v2")
    assert await phoenix.probe(prompt, "v2", since=SINCE) == Proof(None, WORD.format("v2"), final=True)
    await phoenix.apply(prompt, "v3", detail=before.detail, request_id="INC-7-apply-2", by="U1")
    assert await phoenix.read(prompt) == before


async def from_nothing_and_back(driven: Planes, ids: Ids) -> None:
    """A tag that no version has is set, and taken away again."""
    unset = aim(ids, "canary")
    phoenix = driven.of(unset)
    assert await phoenix.read(unset) == Reading(NOTHING)
    await phoenix.apply(unset, "v2", detail={}, request_id="INC-7-apply-3", by="U1")
    assert (await phoenix.read(unset)).value == "v2"
    await phoenix.apply(unset, NOTHING, detail={}, request_id="INC-7-apply-4", by="U1")
    assert await phoenix.read(unset) == Reading(NOTHING)
    gone = "No version of support-bot has the tag any more; nothing was sent."
    await refused(phoenix.apply(unset, NOTHING, detail={}, request_id="INC-7-apply-5", by="U1"), gone)


async def to_nothing_and_back(driven: Planes, ids: Ids) -> None:
    """A tag that is taken away comes back with its description."""
    prompt = aim(ids)
    phoenix = driven.of(prompt)
    before = await phoenix.read(prompt)
    await phoenix.apply(prompt, NOTHING, detail={}, request_id="INC-7-apply-6", by="U1")
    assert await phoenix.read(prompt) == Reading(NOTHING)
    await phoenix.apply(prompt, "v3", detail=before.detail, request_id="INC-7-apply-7", by="U1")
    assert await phoenix.read(prompt) == before


async def what_it_has(driven: Planes, ids: Ids) -> None:
    """Each prompt with a production tag, its versions by their place; one without the tag is left out."""
    [found] = await driven.of(aim(ids)).found()
    assert (found.control, found.on, found.to) == ("prompt.back", "support-bot", "v2")
    assert found.target == {"prompt": "support-bot", "tag": "production", "versions": dict(ids)}
    assert found.values == ["v1", "v2", "v3"]
    assert found.note.startswith("production stands at v3 now")


async def what_is_not_there(driven: Planes, ids: Ids) -> None:
    """A prompt that it does not have, and another prompt's version, whose own tag would move: nothing is sent."""
    no = "The control plane traces has no such thing (404 Not Found): look at the catalogue, or do it by hand."
    nobody = Aim("traces", {"prompt": "nobody", "tag": "production"}, Values(NAMES))
    phoenix = driven.of(nobody)
    await refused(phoenix.read(nobody), no)
    others = Aim("traces", {"prompt": "search", "tag": "production", "versions": dict(ids)}, Values(NAMES))
    told = "The control plane traces has no version v2 of search; nothing was sent."
    await refused(phoenix.apply(others, "v2", detail={}, request_id="INC-7-apply-8", by="U1"), told)
    assert await phoenix.lacks(others) == "it has no version v3, v2, v1 of search"


async def as_a_viewer(driven: Planes, ids: Ids) -> None:
    """A viewer's key: what is missing is told before, and Phoenix's refusal when it is tried."""
    prompt = aim(ids)
    phoenix = driven.of(prompt)
    assert await phoenix.lacks(prompt) == "its key is a viewer's: make one as a member"
    told = "The control plane traces does not let us do this (403 Forbidden): ask its owner, or do it by hand."
    await refused(phoenix.apply(prompt, "v2", detail={}, request_id="INC-7-apply-9", by="U1"), told)


async def wrong_key(driven: Planes, ids: Ids) -> None:
    """What it answers to a key that it does not know."""
    prompt = aim(ids)
    phoenix = driven.of(prompt)
    told = "The control plane traces does not accept us (401 Unauthorized): check KEY."
    await refused(phoenix.read(prompt), told)
    await refused(phoenix.apply(prompt, "v2", detail={}, request_id="INC-7-apply-10", by="U1"), told)
    await refused(phoenix.found(), told)


async def refused(call: Awaitable[object], told: str) -> None:
    """It fails so, and certainly nothing happened."""
    with pytest.raises(PlaneFault) as caught:
        await call
    assert (str(caught.value), caught.value.sent) == (told, False)


ALL = (
    tag_and_back, from_nothing_and_back, to_nothing_and_back, what_it_has, what_is_not_there, as_a_viewer, wrong_key,
)  # fmt: skip
