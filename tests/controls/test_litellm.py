"""LiteLLM: the exchanges recorded of a real proxy, and what is odd or goes wrong."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from pydantic import ValidationError

from stanch.controls.base import PlaneFault, Planes, Proof, Reading
from stanch.controls.litellm import LitellmTarget
from stanch.core.control import Aim
from tests.controls import scenes_litellm as scenes
from tests.controls.exchanges import MASKED, replayed
from tests.controls.scenes_litellm import ALIAS, FALLBACKS, FILTER, RATE, SHUT, SINCE, aim, refused
from tests.fakes.plane import Call, FakePlane, Fault

SCENES = (*scenes.WITH_DATABASE, scenes.without_database)


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.__name__)
async def test_a_recorded_scene(scene: Callable[[Planes], Any]) -> None:
    """Each request is exactly the one that the real proxy took, and its answers are understood."""
    async with replayed(scenes.RECORDED / f"{scene.__name__}.json") as url:
        driven = scenes.planes(url, MASKED)
        await scene(driven)
        await driven.close()


@pytest.fixture
async def driven(plane: FakePlane) -> AsyncIterator[Planes]:
    made = scenes.planes(plane.url, "sk-admin-4711")
    yield made
    await made.close()


def says(plane: FakePlane, path: str, *answers: Any, method: str = "GET") -> list[Call]:
    """The plane answers there with these, one after the other, and then with the last; returns what was asked."""
    left, asked = list(answers), list[Call]()

    def told(call: Call) -> Any:
        asked.append(call)
        answer = left.pop(0) if len(left) > 1 else left[0]
        return answer if isinstance(answer, tuple) else (200, answer)

    plane.routes[method, path] = told
    return asked


def router(aliases: Any = None, fallbacks: Any = None, source: str = "db") -> Any:
    values = {"model_group_alias": aliases, "fallbacks": fallbacks}
    return {"current_values": values, "source": dict.fromkeys(values, source)}


def serve(plane: FakePlane, aliases: Any = None, fallbacks: Any = None) -> list[Call]:
    """A proxy with these settings and two groups; returns what is sent to change them."""
    says(plane, "/router/settings", router(aliases, fallbacks))
    says(plane, "/v1/models", {"data": [{"id": one} for one in ("chat-prod", "chat-backup")]})
    return says(plane, "/config/update", {"message": "Config updated successfully"}, method="POST")


async def sent(driven: Planes, aim: Aim, value: Any, asked: list[Call], **detail: Any) -> Any:
    """The router settings that were sent."""
    await driven.of(aim).apply(aim, value, detail=detail, request_id="r-1", by="U1")
    assert [call.headers["litellm-changed-by"] for call in asked] == ["U1"]
    return asked[0].body["router_settings"]


async def test_the_rest_of_a_map_is_sent_back_as_it_is(plane: FakePlane, driven: Planes) -> None:
    """Other aliases, also those that are objects, are in what is sent."""
    others = {"other": {"model": "chat-backup", "hidden": True}, "more": "chat-prod"}
    changed = serve(plane, {**others, "support-bot": "chat-prod"})
    assert await sent(driven, ALIAS, "chat-backup", changed) == {
        "model_group_alias": {**others, "support-bot": "chat-backup"}
    }


async def test_an_entry_of_fallbacks_that_names_two_models_keeps_the_other(plane: FakePlane, driven: Planes) -> None:
    """An entry may hold several names; only ours is taken out of it, and entries that are none of ours stay."""
    changed = serve(plane, {}, ["odd", {"down/model": ["chat-prod"], "other": ["chat-backup"]}])
    assert await sent(driven, FALLBACKS, "none", changed) == {"fallbacks": ["odd", {"other": ["chat-backup"]}]}


async def test_fallbacks_are_compared_as_lists(plane: FakePlane, driven: Planes) -> None:
    """Blanks after a comma are no difference; another order is."""
    serve(plane, {}, [{"down/model": ["chat-backup", "chat-prod"]}])
    assert await driven.of(FALLBACKS).read(FALLBACKS) == Reading("chat-backup, chat-prod")
    serve(plane, {}, [{"down/model": ["chat-prod", "chat-backup"]}])
    assert await driven.of(FALLBACKS).read(FALLBACKS) == Reading("chat-prod,chat-backup")


@pytest.mark.parametrize(
    ("of", "aliases", "fallbacks"),
    [(ALIAS, {"support-bot": {"hidden": True}}, None), (ALIAS, {"support-bot": ["a"]}, None),
     (FALLBACKS, None, [{"down/model": [{"model": "a"}]}]), (FALLBACKS, None, [{"down/model": "a"}])],
)  # fmt: skip
async def test_what_could_not_be_put_back_is_not_read(
    plane: FakePlane, driven: Planes, of: Aim, aliases: Any, fallbacks: Any
) -> None:
    """A shape that we do not know is a fault before a pull, not a loss after it."""
    serve(plane, aliases, fallbacks)
    await refused(driven.of(of).read(of), "The control plane gateway stands at something that could not be put back.")


@pytest.mark.parametrize(
    "shown", [{}, {"current_values": {}}, {"current_values": {"model_group_alias": ["x"]}}, {"a": 1}]
)
async def test_a_map_that_is_not_shown_is_not_sent(plane: FakePlane, driven: Planes, shown: Any) -> None:
    """Where the proxy shows no map of aliases, sending one would wipe them."""
    changed = serve(plane)
    says(plane, "/router/settings", shown)
    told = "The control plane gateway shows no model_group_alias: sending some would wipe the rest."
    await refused(driven.of(ALIAS).apply(ALIAS, "chat-backup", detail={}, request_id="r", by="U1"), told)
    assert changed == []


async def test_any_name_is_taken_where_the_proxy_takes_any(plane: FakePlane, driven: Planes) -> None:
    """A group with a * in its name may serve what is not listed."""
    changed = serve(plane, {"support-bot": "chat-prod"})
    says(plane, "/v1/models", {"data": [{"id": "openai/*"}]})
    assert await sent(driven, ALIAS, "openai/gpt-4o", changed) == {
        "model_group_alias": {"support-bot": "openai/gpt-4o"}
    }


def answered(by: str, status: int = 200, fell: str = "0", text: str = "") -> Any:
    named = {"x-litellm-model-id": by, "x-litellm-attempted-fallbacks": fell} if by else {}
    return status, {"error": {"message": text}}, named


async def shown(plane: FakePlane, driven: Planes, of: Aim, value: Any, *answers: Any) -> Proof:
    says(plane, "/v1/chat/completions", *answers, method="POST")
    return await driven.of(of).probe(of, value, since=SINCE)


async def test_one_answer_of_another_deployment_is_no_proof(plane: FakePlane, driven: Planes) -> None:
    """Of several proxies one may not have followed yet; and where nobody serves, nothing is known."""
    serve(plane, {"support-bot": "chat-backup"})
    backup, primary = answered("dep-backup"), answered("dep-primary")
    proof = await shown(plane, driven, ALIAS, "chat-backup", backup, primary)
    assert proof == Proof(False, "answer 2 of 2 is still served by dep-primary")
    proof = await shown(plane, driven, ALIAS, "chat-backup", backup, answered("", 429))
    assert proof == Proof(None, "asked for support-bot, the proxy answers 429: nobody serves it")
    proof = await shown(plane, driven, ALIAS, "chat-backup", backup, answered(""))
    assert proof == Proof(False, "answer 2 of 2 is still served by one without a name")


async def test_fallbacks_that_go_elsewhere_are_no_proof(plane: FakePlane, driven: Planes) -> None:
    """Somebody answers in its place, but not one of those that were named; or still somebody, where nobody should."""
    serve(plane, {}, [{"down/model": ["chat-backup", "chat-prod"]}])
    elsewhere = answered("dep-x", fell="1")
    proof = await shown(plane, driven, FALLBACKS, "chat-backup, chat-prod", elsewhere)
    assert proof == Proof(False, "answer 1 of 2 is still served by dep-x")
    serve(plane, {}, [])
    assert await shown(plane, driven, FALLBACKS, "none", elsewhere) == Proof(False, "dep-x still answers in its place")


@pytest.mark.parametrize(
    ("value", "status", "text", "proof"),
    [("on", 200, "", Proof(False, "a question with the first of the words is answered still")),
     ("on", 400, "no such model", Proof(None, "asked for chat-prod, the proxy answers 400")),
     ("off", 400, "Content blocked: keyword",
      Proof(False, "a question with the first of the words is refused still"))],
)  # fmt: skip
async def test_a_filter_is_believed_by_what_it_refuses(
    plane: FakePlane, driven: Planes, value: str, status: int, text: str, proof: Proof
) -> None:
    """Only its own refusal counts, not any refusal."""
    kept = {"guardrail_name": "inc-42", "guardrail_id": "g", "litellm_params": {"default_on": value == "on"}}
    says(plane, "/v2/guardrails/list", {"guardrails": [kept]})
    assert await shown(plane, driven, FILTER, value, answered("dep", status, text=text)) == proof


async def test_a_filter_that_has_gone_is_not_switched_off(plane: FakePlane, driven: Planes) -> None:
    """Somebody has taken it away meanwhile: nothing is sent, and none is made."""
    says(plane, "/v2/guardrails/list", {"guardrails": []})
    told = "The control plane gateway: there is no inc-42 any more; nothing was sent."
    await refused(driven.of(FILTER).apply(FILTER, "off", detail={"absent": True}, request_id="r", by="U1"), told)
    assert {call.method for call in plane.calls} == {"GET"}


async def test_a_hash_is_used_as_it_is(plane: FakePlane, driven: Planes) -> None:
    """A key that is named by its hash is not looked for by an alias."""
    hash = "a1" * 32
    says(plane, "/key/info", {"key": hash, "info": {"blocked": False}})
    blocked = says(plane, "/key/block", {"blocked": True}, method="POST")
    hashed = aim("open", "blocked", key=hash, field="blocked")
    await driven.of(hashed).apply(hashed, "blocked", detail={}, request_id="r", by="U1")
    assert [call.body for call in blocked] == [{"key": hash}]


async def test_an_alias_of_two_keys_is_none(plane: FakePlane, driven: Planes) -> None:
    """Two keys of one alias: which was meant, nobody knows."""
    key = {"key_alias": "svc-support", "token": "a1", "blocked": None}
    says(plane, "/key/list", {"keys": [key, key, {**key, "key_alias": "svc-support-2"}]})
    await refused(driven.of(SHUT).read(SHUT), "The control plane gateway has 2 keys with the alias svc-support.")


@pytest.mark.parametrize(
    ("of", "path", "answer"),
    [(RATE, "/key/list", {"keys": [{"key_alias": "svc-support", "token": "a1"}]}), (RATE, "/key/list", {"keys": None}),
     (scenes.TEAM_RATE, "/v2/team/list", {"teams": [{"team_id": "team-support"}]}),
     (scenes.TEAM_RATE, "/v2/team/list", {"a": 1}), (FILTER, "/v2/guardrails/list", {"guardrails": ["a"]}),
     (FILTER, "/v2/guardrails/list", {"guardrails": [{"guardrail_name": "inc-42"}]}),
     (scenes.BLOCK, "/v1/model/info", {"data": [{"model_info": {}}]}), (scenes.BLOCK, "/v1/model/info", {"data": []}),
     (scenes.BLOCK, "/v1/model/info", {"data": [{"model_info": {"id": "dep-other"}, "litellm_params": {}}]})],
)  # fmt: skip
async def test_another_shape_is_a_fault(plane: FakePlane, driven: Planes, of: Aim, path: str, answer: Any) -> None:
    """A proxy that answers otherwise than LiteLLM does is not believed."""
    says(plane, path, answer)
    with pytest.raises(PlaneFault) as caught:
        await driven.of(of).read(of)
    assert (caught.value.sent, caught.value.permanent) == (False, True)


async def test_a_word_that_is_none_of_its_values(plane: FakePlane, driven: Planes) -> None:
    """`off` is not `blocked`: it is told before a pull, and never sent."""
    wrong = aim("on", "off", key="svc-support", field="blocked")
    says(plane, "/key/list", {"keys": [{"key_alias": "svc-support", "token": "a1", "blocked": None}]})
    told = "LiteLLM does not know off here, only open and blocked: nothing was sent."
    await refused(driven.of(wrong).apply(wrong, "off", detail={}, request_id="r", by="U1"), told)
    assert {call.method for call in plane.calls} == {"GET"}


async def test_a_write_that_is_refused_or_lost(plane: FakePlane, driven: Planes) -> None:
    """A conflict is somebody else; trouble inside may have happened."""
    serve(plane, {"support-bot": "chat-prod"})
    for fault, told, is_sent in (
        (Fault("status", 409), "Somebody else changed it meanwhile (409 Conflict): look at it before you pull.", False),
        (Fault("status", 503), "The control plane gateway is in trouble itself (503 Service Unavailable)."
         " It may have happened: read it back.", True),
    ):  # fmt: skip
        plane.writes = fault
        with pytest.raises(PlaneFault) as caught:
            await driven.of(ALIAS).apply(ALIAS, "chat-backup", detail={}, request_id="r-1", by="U1")
        assert (str(caught.value), caught.value.sent, caught.value.request_id) == (told, is_sent, "r-1")


def test_a_key_itself_is_refused() -> None:
    """Nobody writes a key into the catalogue; and the message does not repeat it."""
    with pytest.raises(ValidationError) as caught:
        LitellmTarget.model_validate({"key": "sk-real-4711", "field": "blocked"})
    assert "its alias or its hash is expected" in str(caught.value)
    assert "4711" not in str(caught.value)


@pytest.mark.parametrize(
    "target",
    [{}, {"alias": ""}, {"key": "k"}, {"key": "k", "field": "aliases"}, {"key": "k", "field": "blocked", "serves": "m"},
     {"team": "t", "field": "max_parallel_requests"}, {"guardrail": "g", "blocked_words": []}, {"alias": "a", "b": 1}],
)  # fmt: skip
def test_targets_that_say_too_little_or_too_much(target: Any) -> None:
    """What cannot be moved is told by `stanch check`; the proxy ignores parallel requests of a team."""
    with pytest.raises(ValidationError):
        LitellmTarget.model_validate(target)


@pytest.mark.parametrize(
    ("of", "value", "lines"),
    [(ALIAS, "chat-backup", ['"(all others as they are then)": ""', '"support-bot": "chat-backup"']),
     (FALLBACKS, "none", ['"(all others as they are then)"']), (RATE, 60, ['"key": "(the hash of svc-support)"']),
     (FILTER, "off", ["PATCH {url}/guardrails/(its id)"]), (SHUT, "blocked", ["POST {url}/key/block"])],
)  # fmt: skip
async def test_what_would_be_sent(plane: FakePlane, driven: Planes, of: Aim, value: Any, lines: list[str]) -> None:
    """It is shown without asking the proxy for anything, and without our key."""
    shown = driven.of(of).preview(of, value)
    assert all(line.replace("{url}", plane.url) in shown for line in lines)
    assert "Authorization: Bearer ••••" in shown
    assert plane.calls == []


@pytest.mark.parametrize(
    ("of", "words"),
    [(ALIAS, "within 30 s"), (FALLBACKS, "only where that alias has fallbacks"), (scenes.BLOCK, "callers get 403"),
     (scenes.DEPLOYMENT, "its provider's key stay"), (scenes.TEAM_SHUT, "up to 60 s"), (RATE, "up to 60 s"),
     (scenes.BUDGET, "counted some seconds late"), (FILTER, "in good questions too")],
)  # fmt: skip
def test_what_it_cannot_promise(of: Aim, words: str) -> None:
    """Each family says its own before somebody confirms."""
    said = scenes.planes("http://127.0.0.1:9", "k").of(of).caution(of)
    assert words in said
    assert not said.endswith(".")


async def test_names_that_could_do_harm_are_not_found(plane: FakePlane, driven: Planes) -> None:
    """What people called their things is data: lines, secrets and very long names are left out."""
    says(plane, "/v1/model/info", {"data": []})
    odd = ["two\nlines", "sk-" + "a1" * 12, "x" * 300, "fine"]
    says(plane, "/router/settings", router(dict.fromkeys(odd, "chat-prod")))
    for path, name in (("/v2/guardrails/list", "guardrails"), ("/key/list", "keys"), ("/v2/team/list", "teams")):
        says(plane, path, {name: [{"key_alias": one, "guardrail_name": one} for one in odd[:3]]})
    assert [one.on for one in await driven.of(ALIAS).found()] == ["fine"]
