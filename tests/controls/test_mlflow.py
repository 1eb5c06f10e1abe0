"""MLflow as it was recorded: each request exactly as then, and what follows from each answer."""

from base64 import b64encode
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import pytest

from stanch.controls.adapters import ADAPTERS
from stanch.controls.base import PlaneFault, Planes, Proof
from tests.controls import scenes_mlflow as scenes
from tests.controls.exchanges import MASKED, replayed
from tests.controls.scenes_mlflow import ENDPOINT, PROMPT, SINCE
from tests.fakes.plane import FakePlane

LOGIN = b64encode(MASKED.encode()).decode()


@pytest.mark.parametrize("scene", scenes.ALL, ids=lambda scene: scene.__name__)
async def test_a_scene(scene: Callable[..., Any]) -> None:
    """Each scene of the real server, driven against what it answered then."""
    async with replayed(scenes.RECORDED / f"{scene.__name__}.json") as url, scenes.planes(url, LOGIN) as driven:
        seen = await scene(driven)
    if scene is scenes.endpoint_and_back:
        assert seen, "the recording shows the time in which the old model still answers"


@pytest.fixture
async def driven(plane: FakePlane) -> AsyncIterator[Planes]:
    async with scenes.planes(plane.url, LOGIN) as made:
        yield made


def gateway(plane: FakePlane, *answers: tuple[str, str], old: str = "gpt-4o", new: str = "gpt-5") -> None:
    """An endpoint that stands at gpt-old, models by what they call, and who answers, one after the other."""
    known = [
        {"model_definition_id": f"d-{name}", "name": f"gpt-{name}", "provider": "openai", "model_name": calls}
        for name, calls in (("old", old), ("new", new))
    ]
    first = {"model_definition_id": "d-old", "model_definition": known[0], "linkage_type": "PRIMARY"}
    one = {"endpoint": {"endpoint_id": "e-1", "name": "chat-prod", "model_mappings": [first]}}
    left = iter(answers)

    def answer(_: object) -> tuple[int, Any]:
        model, provider = next(left)
        return 200, {"model": model, "provider": provider, "choices": []}

    api = "/api/3.0/mlflow/gateway"
    plane.routes["GET", f"{api}/endpoints/get"] = lambda _: (200, one)
    plane.routes["GET", f"{api}/model-definitions/list"] = lambda _: (200, {"model_definitions": known})
    plane.routes["POST", "/gateway/mlflow/v1/chat/completions"] = answer


async def shown(driven: Planes, **proof: Any) -> Proof:
    aim = replace(ENDPOINT, target={"endpoint": "chat-prod", "proof": proof})
    return await driven.of(aim).probe(aim, "gpt-old", since=SINCE)


@pytest.mark.parametrize(
    ("model", "provider", "effective"),
    [
        ("gpt-4o", "openai", True),
        ("gpt-4o-2024-08-06", "openai", True),
        ("gpt-4o-20240806", "openai", True),
        ("gpt-4o", "", True),
        ("gpt-4o-mini", "openai", False),
        ("gpt-4o-2024-08-06-tuned", "openai", False),
        ("gpt-4o", "azure", False),
    ],
)
async def test_who_answers(plane: FakePlane, driven: Planes, model: str, provider: str, effective: bool) -> None:
    """The model that is asked for, or its dated name, of the same provider; one that only begins so is another."""
    gateway(plane, (model, provider))
    proof = await shown(driven, answers=1)
    assert proof.effective is effective
    assert ("1 of 1 answers come from gpt-4o" if effective else f"still comes from {model}") in proof.seen


async def test_one_old_answer_is_enough(plane: FakePlane, driven: Planes) -> None:
    """Each worker of the gateway has a cache of its own: nine new answers and an old one are not in effect."""
    gateway(plane, *[("gpt-4o", "openai")] * 9, ("gpt-5", "openai"))
    assert await shown(driven, answers=10) == Proof(False, "an answer still comes from gpt-5 openai")


async def test_models_that_call_the_same(plane: FakePlane, driven: Planes) -> None:
    """Two definitions of one model, say with two keys: answers cannot tell them apart, and nothing is asked."""
    gateway(plane, old="gpt-4o", new="gpt-4o")
    told = "gpt-new calls the same model: answers cannot tell them apart"
    assert await shown(driven) == Proof(None, told, final=True)


async def test_what_answers_call_themselves_otherwise(plane: FakePlane, driven: Planes) -> None:
    """With `map` an answer must name exactly that model; without questions only MLflow's own word is there."""
    gateway(plane, ("prod-eu", "openai"))
    assert (await shown(driven, answers=1, map={"gpt-old": "prod-eu"})).effective
    assert (await shown(driven, answers=0)).final
    assert [call.path for call in plane.calls].count("/gateway/mlflow/v1/chat/completions") == 1


async def test_endpoint_without_a_first_model(plane: FakePlane, driven: Planes) -> None:
    """What could not be put back is not pulled."""
    one = {"endpoint": {"endpoint_id": "e-1", "name": "chat-prod"}}
    plane.routes["GET", "/api/3.0/mlflow/gateway/endpoints/get"] = lambda _: (200, one)
    with pytest.raises(PlaneFault, match="stands at something that could not be put back"):
        await driven.of(ENDPOINT).read(ENDPOINT)


@pytest.mark.parametrize("aim", [PROMPT, ENDPOINT], ids=["alias", "endpoint"])
@pytest.mark.parametrize("answer", [{}, [], {"registered_model": 1, "endpoint": "x"}])
async def test_another_shape(plane: FakePlane, driven: Planes, aim: Any, answer: object) -> None:
    """JSON of another API is a fault that asking again does not heal, never a value."""
    for page in ("/api/2.0/mlflow/registered-models/get", "/api/3.0/mlflow/gateway/endpoints/get"):
        plane.routes["GET", page] = lambda _: (200, answer)
    with pytest.raises(PlaneFault, match="another shape than expected") as caught:
        await driven.of(aim).read(aim)
    assert (caught.value.sent, caught.value.permanent) == (False, True)


@pytest.mark.parametrize(
    "target",
    [
        {"prompt": "support-bot"}, {"alias": "production"}, {"endpoint": ""}, {},
        {"prompt": "support-bot", "alias": "production", "endpoint": "chat-prod"},
        {"endpoint": "chat-prod", "proof": {"answers": 51}},
    ],
)  # fmt: skip
def test_targets_that_are_refused(target: dict[str, Any]) -> None:
    """One thing is named, wholly, and nothing beside it."""
    with pytest.raises(ValueError, match="MlflowTarget"):
        ADAPTERS["mlflow"].shape.model_validate(target)


def test_what_will_be_sent_can_be_looked_at(driven: Planes) -> None:
    """A preview names the calls; what is only known when it is pulled stands in brackets."""
    assert '"version": "2"' in driven.of(PROMPT).preview(PROMPT, "2")
    assert "DELETE" in driven.of(PROMPT).preview(PROMPT, "none")
    shown = driven.of(ENDPOINT).preview(ENDPOINT, "gpt-old")
    assert "(first gpt-old, then its fallbacks as they are)" in shown


def test_what_mlflow_cannot_promise(driven: Planes) -> None:
    """Each kind of target says how late it is noticed."""
    told = [driven.of(one).caution(one) for one in (PROMPT, scenes.MODEL, ENDPOINT)]
    assert told == [
        "applications keep the old prompt for up to 60 s",
        "applications keep the old model until they load it again",
        "the gateway keeps the old model for up to 60 s, each of its workers for itself",
    ]
