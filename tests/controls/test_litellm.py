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
    async with replayed(scenes.RECORDED / f"{scene.__name__}.json") as url, scenes.planes(url, MASKED) as driven:
        await scene(driven)


@pytest.fixture
async def driven(plane: FakePlane) -> AsyncIterator[Planes]:
    async with scenes.planes(plane.url, "sk-admin-4711") as made:
        yield made


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
    assert await driven.of(FALLBACKS).read(FALLBACKS) == Reading(
        "chat-backup, chat-prod", {"was": ["chat-backup", "chat-prod"]}
    )
    serve(plane, {}, [{"down/model": ["chat-prod", "chat-backup"]}])
    assert await driven.of(FALLBACKS).read(FALLBACKS) == Reading(
        "chat-prod,chat-backup", {"was": ["chat-prod", "chat-backup"]}
    )


@pytest.mark.parametrize(
    ("of", "aliases", "fallbacks"),
    [(ALIAS, {"support-bot": {"hidden": True}}, None), (ALIAS, {"support-bot": ["a"]}, None),
     (ALIAS, {"support-bot": "none"}, None), (ALIAS, {"support-bot": {"model": "none"}}, None),
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


PROVIDER = "litellm.InternalServerError: OpenAIException - Connection error."
ROUTER = "\n\nLiteLLM: model group 'down/model' failed with the error above"


@pytest.mark.parametrize(
    ("status", "text", "proof"),
    [(500, PROVIDER, Proof(True, "down/model fails with 500, and nobody answers in its place")),
     (429, f"No deployments available for selected model{ROUTER} and no fallback model group was found for it",
      Proof(True, "down/model fails with 429, and nobody answers in its place")),
     (500, f"{PROVIDER}{ROUTER}. Fallback to chat-prod also failed: the same",
      Proof(False, "down/model still falls back, to what fails too")),
     (403, "key not allowed to access model", Proof(None, "asked for down/model, the proxy answers 403", final=True)),
     (400, "Invalid model name", Proof(None, "asked for down/model, the proxy answers 400", final=True)),
     (429, "Rate limit exceeded for api_key", Proof(None, "asked for down/model, the proxy answers 429")),
     (503, "no healthy upstream", Proof(None, "asked for down/model, the proxy answers 503")),
     (500, "Authentication Error, no connection to the database",
      Proof(None, "asked for down/model, the proxy answers 500"))],
)  # fmt: skip
async def test_no_fallbacks_are_shown_only_by_a_model_that_fails(
    plane: FakePlane, driven: Planes, status: int, text: str, proof: Proof
) -> None:
    """What the proxy refuses by itself, of our key or its own trouble, would be sent to no fallback anyway."""
    serve(plane, {}, [])
    assert await shown(plane, driven, FALLBACKS, "none", answered("", status, text=text)) == proof


async def test_fallbacks_are_not_denied_by_a_refusal(plane: FakePlane, driven: Planes) -> None:
    """A refusal before any fallback was due does not say that nobody answers in its place."""
    serve(plane, {}, [{"down/model": ["chat-backup", "chat-prod"]}])
    told = Proof(None, "asked for down/model, the proxy answers 429")
    assert await shown(plane, driven, FALLBACKS, "chat-backup, chat-prod", answered("", 429, text="quota")) == told
    told = Proof(False, "down/model fails with 500, and nobody answers in its place")
    assert await shown(plane, driven, FALLBACKS, "chat-backup, chat-prod", answered("", 500, text=PROVIDER)) == told


ODD_LISTS = [["openai/gpt-4o, eu", "b"], ["none"], [" a"], ["a,b"], ["[1]", "c"], ['["x"]'], ["", "a"], [""], []]


@pytest.mark.parametrize("models", ODD_LISTS, ids=str)
async def test_models_of_a_key_are_put_back_as_they_were(plane: FakePlane, driven: Planes, models: list[str]) -> None:
    """Commas, blanks and a model called none: the undo sends the very list, and never all models in its place."""
    says(plane, "/key/list", {"keys": [{"key_alias": "svc-support", "token": "a1", "models": models}]})
    updated = says(plane, "/key/update", {}, method="POST")
    of = scenes.MODELS
    before = await driven.of(of).read(of)
    assert before.detail == {"was": models}
    assert before.value is not None
    assert (before.value == "none") == (not models)
    await driven.of(of).apply(of, before.value, detail=before.detail, request_id="r", by="U1")
    assert [call.body for call in updated] == [{"key": "a1", "models": models}]


@pytest.mark.parametrize("entry", ODD_LISTS, ids=str)
async def test_fallbacks_are_put_back_as_they_were(plane: FakePlane, driven: Planes, entry: list[str]) -> None:
    """The undo sends the very entry, also an empty one, in the place where it was."""
    changed = serve(plane, {}, [{"down/model": entry}, {"x": ["y"]}])
    says(plane, "/v1/models", {"data": [{"id": "*"}]})
    before = await driven.of(FALLBACKS).read(FALLBACKS)
    assert before.value is not None
    assert await sent(driven, FALLBACKS, before.value, changed, **before.detail) == {
        "fallbacks": [{"down/model": entry}, {"x": ["y"]}]
    }


async def test_a_list_with_a_comma_in_a_name_is_not_taken_for_another(plane: FakePlane, driven: Planes) -> None:
    """One fallback called `chat-backup, chat-prod` is not the two that the control names: it is not there yet."""
    serve(plane, {}, [{"down/model": ["chat-backup, chat-prod"]}])
    proof = await driven.of(FALLBACKS).probe(FALLBACKS, "chat-backup, chat-prod", since=SINCE)
    assert proof == Proof(False, 'the plane itself still says ["chat-backup, chat-prod"]')


async def test_a_caller_who_is_given_a_model_called_none(plane: FakePlane, driven: Planes) -> None:
    """Its undo would take the entry away, so that it is not read."""
    says(plane, "/key/list", {"keys": [{"key_alias": "svc-support", "token": "a1", "aliases": {"chat-prod": "none"}}]})
    told = "The control plane gateway stands at something that could not be put back."
    await refused(driven.of(scenes.SERVES).read(scenes.SERVES), told)


def there(is_on: bool, *words: str, action: str = "BLOCK", **more: Any) -> Any:
    """The filter of FILTER's name, with these words."""
    entries = [{"keyword": one, "action": action, "description": "theirs"} for one in words]
    params = {"guardrail": "litellm_content_filter", "default_on": is_on, "blocked_words": entries, **more}
    return {"guardrails": [{"guardrail_name": "inc-42", "guardrail_id": "g", "litellm_params": params}]}


OTHER = "inc-42 is there and has other words or rules than the catalogue says"


@pytest.mark.parametrize(
    "listed",
    [there(False, "the"), there(False), there(False, "DAN jailbreak", "the"),
     there(False, "DAN jailbreak", action="MASK"),
     there(False, "DAN jailbreak", patterns=[{"pattern_name": "email"}]),
     there(False, "DAN jailbreak", guardrail="presidio")],
)  # fmt: skip
async def test_another_filter_of_that_name_is_not_switched_on(plane: FakePlane, driven: Planes, listed: Any) -> None:
    """It would block for everybody what nobody has agreed to: said before a pull, and nothing is sent."""
    says(plane, "/v2/guardrails/list", listed)
    says(plane, "/key/info", (404, {}))
    assert await driven.of(FILTER).read(FILTER) == Reading("off")
    assert await driven.of(FILTER).lacks(FILTER) == OTHER
    told = f"The control plane gateway: {OTHER}; nothing was sent."
    await refused(driven.of(FILTER).apply(FILTER, "on", detail={}, request_id="r", by="U1"), told)
    assert {call.method for call in plane.calls} == {"GET"}


async def test_another_filter_that_is_on_is_not_ours(plane: FakePlane, driven: Planes) -> None:
    """It does not block our word, so that it is neither read as on nor switched off; with words beside ours it is."""
    says(plane, "/v2/guardrails/list", there(True, "the"))
    await refused(driven.of(FILTER).read(FILTER), f"The control plane gateway: {OTHER}.")
    told = f"The control plane gateway: {OTHER}; nothing was sent."
    await refused(driven.of(FILTER).apply(FILTER, "off", detail={}, request_id="r", by="U1"), told)
    says(plane, "/v2/guardrails/list", there(True, "DAN jailbreak", "the"))
    assert await driven.of(FILTER).read(FILTER) == Reading("on")


async def test_only_filters_that_words_describe_are_found(plane: FakePlane, driven: Planes) -> None:
    """What discovery writes can be pulled: a filter with patterns or masks is no list of words."""
    says(plane, "/v1/model/info", {"data": []})
    says(plane, "/router/settings", router({}))
    for path, name in (("/key/list", "keys"), ("/v2/team/list", "teams")):
        says(plane, path, {name: []})
    kinds = [there(False, "b", "a"), there(False, "a", patterns=[{}]), there(False, "a", action="MASK")]
    says(plane, "/v2/guardrails/list", {"guardrails": [one for kind in kinds for one in kind["guardrails"]]})
    assert [one.target for one in await driven.of(FILTER).found()] == [
        {"guardrail": "inc-42", "blocked_words": ["a", "b"]}
    ]


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
    says(plane, "/v2/guardrails/list", there(value == "on", "DAN jailbreak"))
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
    [(ALIAS, "within 30 s"), (FALLBACKS, "only where it has fallbacks"), (scenes.BLOCK, "callers get 403"),
     (scenes.DEPLOYMENT, "its provider's key stay"), (scenes.TEAM_SHUT, "up to 60 s"), (RATE, "up to 60 s"),
     (scenes.BUDGET, "counted some seconds late"),
     (aim(5, "none", team="t", field="max_budget"), "counted some seconds late"), (FILTER, "in good questions too")],
)  # fmt: skip
def test_what_it_cannot_promise(of: Aim, words: str) -> None:
    """Each family says its own before somebody confirms, short enough that the dialog shows all of it."""
    said = scenes.planes("http://127.0.0.1:9", "k").of(of).caution(of)
    assert words in said
    assert not said.endswith(".")
    assert len(said) <= 200, "the dialog cuts it"


async def test_names_that_could_do_harm_are_not_found(plane: FakePlane, driven: Planes) -> None:
    """What people called their things is data: lines, secrets and very long names are left out."""
    says(plane, "/v1/model/info", {"data": []})
    odd = ["two\nlines", "sk-" + "a1" * 12, "x" * 300, "fine"]
    says(plane, "/router/settings", router(dict.fromkeys(odd, "chat-prod")))
    for path, name in (("/v2/guardrails/list", "guardrails"), ("/key/list", "keys"), ("/v2/team/list", "teams")):
        says(plane, path, {name: [{"key_alias": one, "guardrail_name": one} for one in odd[:3]]})
    assert [one.on for one in await driven.of(ALIAS).found()] == ["fine"]
