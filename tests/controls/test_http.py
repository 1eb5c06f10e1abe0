"""The generic HTTP adapter: values keep their types, whole maps keep their other keys, and undo puts back exactly."""

import asyncio
import json
from typing import Any

import pytest

from stanch.controls import pointer
from stanch.controls.base import PlaneFault, Planes, Proof, Reading, Receipt
from stanch.controls.kinds import TARGETS
from stanch.controls.wire import in_path
from stanch.core.control import Aim, Value, Values
from tests.controls.parts import SINCE, generic
from tests.fakes.plane import Call, FakePlane

MODELS = Values(choices=("chat-prod", "chat-backup"))
ALIAS = {
    "read": {"get": "/router/settings", "pointer": "/current/aliases/support-bot"},
    "merge": "/current/aliases",
    "apply": {"method": "POST", "path": "/config/update", "body": {"router": {"aliases": "{map}"}}},
    "probe": {
        "post": "/chat",
        "body": {"model": "support-bot", "messages": [{"role": "user", "content": "hello"}]},
        "header": "x-model-id",
        "map": {"chat-prod": "dep-primary", "chat-backup": "dep-backup"},
        "of": 3,
    },
}
ALIASED = Aim("gateway", ALIAS, MODELS, "chat-backup")


class Gateway:
    """Routes an alias to a model by a map that each update replaces whole, as LiteLLM does."""

    def __init__(self, plane: FakePlane, aliases: dict[str, str] | None) -> None:
        self.aliases = aliases
        self.slow = 0.0
        plane.routes["GET", "/router/settings"] = lambda _: (200, {"current": {"aliases": self.aliases}})
        plane.routes["POST", "/config/update"] = self.update
        plane.routes["POST", "/chat"] = self.chat
        self.served = "dep-primary"

    def update(self, call: Call) -> tuple[int, Any]:
        self.aliases = dict(call.body["router"]["aliases"])
        return 200, {"message": "Config updated"}

    def chat(self, call: Call) -> tuple[int, Any, dict[str, str]]:
        assert call.body["model"] == "support-bot"
        return 200, {"choices": []}, {"X-Model-Id": self.served}


async def pull(driven: Planes, aim: Aim, value: Value, detail: dict[str, Any] | None = None) -> Receipt:
    return await driven.of(aim).apply(aim, value, detail=detail or {}, request_id="r-1", by="ada")


async def test_a_whole_map_keeps_its_other_keys(plane: FakePlane, driven: Planes) -> None:
    """The map is read right before, one key is changed, and all of it is sent."""
    gateway = Gateway(plane, {"support-bot": "chat-prod", "search": "chat-small"})
    assert await driven.of(ALIASED).read(ALIASED) == Reading("chat-prod")
    assert await pull(driven, ALIASED, "chat-backup") == Receipt("r-1", "200, chat-backup")
    assert gateway.aliases == {"support-bot": "chat-backup", "search": "chat-small"}


async def test_a_map_that_is_not_there_is_not_replaced(plane: FakePlane, driven: Planes) -> None:
    """A missing map would be sent back with one key only and wipe the rest: nothing is sent."""
    Gateway(plane, None)
    with pytest.raises(PlaneFault) as caught:
        await pull(driven, ALIASED, "chat-backup")
    said = "The control plane gateway shows no map at /current/aliases: sending one would wipe the rest."
    assert (str(caught.value), caught.value.sent, caught.value.permanent) == (said, False, True)
    assert [call.method for call in plane.calls] == ["GET"]


async def test_two_pulls_on_one_map_at_once_both_stay(plane: FakePlane, driven: Planes) -> None:
    """Between reading and sending a map, no other pull of ours comes in."""
    gateway = Gateway(plane, {"support-bot": "chat-prod", "search": "chat-prod"})
    other = json.loads(json.dumps(ALIAS).replace("/support-bot", "/search"))
    search = Aim("gateway", other, MODELS, "chat-backup")
    await asyncio.gather(pull(driven, ALIASED, "chat-backup"), pull(driven, search, "chat-backup"))
    assert gateway.aliases == {"support-bot": "chat-backup", "search": "chat-backup"}


async def test_a_key_that_is_not_there_is_a_value_if_the_catalogue_says_so(plane: FakePlane, driven: Planes) -> None:
    """`null` stands for "nothing is there": it is read so, and undone by taking the key out."""
    gateway = Gateway(plane, {"search": "chat-small"})
    with pytest.raises(
        PlaneFault, match=r"^The control plane gateway holds nothing at /current/aliases/support-bot\.$"
    ):
        await driven.of(ALIASED).read(ALIASED)
    aim = Aim("gateway", {**ALIAS, "map": {"none": None}}, Values(choices=("none", "chat-backup")), "chat-backup")
    assert await driven.of(aim).read(aim) == Reading("none")
    await pull(driven, aim, "chat-backup")
    assert gateway.aliases == {"search": "chat-small", "support-bot": "chat-backup"}
    await pull(driven, aim, "none")
    assert gateway.aliases == {"search": "chat-small"}


async def test_the_header_of_who_served_is_proof(plane: FakePlane, driven: Planes) -> None:
    """Some real requests are made, and the header must name what the alias should reach, every time."""
    gateway = Gateway(plane, {"support-bot": "chat-backup"})
    found = await driven.of(ALIASED).probe(ALIASED, "chat-backup", since=SINCE)
    assert found == Proof(False, "3 of 3 answers still carry dep-primary")
    gateway.served = "dep-backup"
    found = await driven.of(ALIASED).probe(ALIASED, "chat-backup", since=SINCE)
    assert found == Proof(True, "last 3 answers carry dep-backup")
    assert sum(call.path == "/chat" for call in plane.calls) == 6


@pytest.mark.parametrize(
    ("value", "map", "text", "sent"),
    [
        ("v17", {}, False, "v17"),
        (17, {}, False, 17),
        (0.5, {}, False, 0.5),
        (True, {}, False, True),
        (17, {}, True, "17"),
        (True, {}, True, "true"),
        ("on", {"on": True, "off": False}, False, True),
        ("a", {"a": {"weights": [1, 2]}}, False, {"weights": [1, 2]}),
        ('"}, "admin": {"', {}, False, '"}, "admin": {"'),
    ],
)
async def test_a_value_is_sent_as_json_never_as_text(
    plane: FakePlane, driven: Planes, value: Value, map: dict[str, Any], text: bool, sent: Any
) -> None:
    """Numbers stay numbers, mapped values may be anything, and a value cannot break out of its place."""
    aim = generic(Values(choices=(value,)), value, map=map, text=text)
    plane.settings["prompt"] = "something"
    await pull(driven, aim, value)
    assert plane.calls[-1].body == {"value": sent, "by": "ada"}
    assert plane.calls[-1].headers["x-request-id"] == "r-1"
    assert await driven.of(aim).read(aim) == Reading(value)


@pytest.mark.parametrize("value", ["a/b", "a?b=c&d", "a#b", "..", ".", "ä %2F", "../../admin"])
async def test_a_value_in_a_path_is_one_piece_of_it(plane: FakePlane, driven: Planes, value: str) -> None:
    """Slashes, questions and dots are encoded: a value never leads to another place."""
    target = {"apply": {"method": "POST", "path": "/flags/{value}/now", "answer": "any"}}
    aim = generic(Values(choices=(value,)), value, **target)
    path = f"/flags/{in_path(value)}/now"
    plane.routes["POST", path] = lambda _: (200, b"")
    await pull(driven, aim, value)
    assert plane.calls[-1].path == path
    assert path.count("/") == 3
    assert not {"?", "#", ".."} & {path, *path.split("/")}


@pytest.mark.parametrize(
    ("answer", "status", "body", "message"),
    [
        ("json", 200, b"", "The control plane gateway answered with nothing. It may have happened: read it back."),
        ("json", 204, b"", None),
        ("any", 200, b"", None),
        ("any", 200, b"OK", None),
        (
            "any",
            200,
            b"<html><body>Sign in</body></html>",
            "The control plane gateway answered with a web page, not with data: is there a login before it?"
            " It may have happened: read it back.",
        ),
    ],
)
async def test_an_api_that_says_yes_with_nothing(
    plane: FakePlane, driven: Planes, answer: str, status: int, body: bytes, message: str | None
) -> None:
    """Some APIs answer empty: the target says so; a login page is never a yes."""
    aim = generic(apply={"method": "POST", "path": "/x", "body": {"v": "{value}"}, "answer": answer})
    plane.routes["POST", "/x"] = lambda _: (status, body)
    if message is None:
        assert await pull(driven, aim, "v17") == Receipt("r-1", f"{status}, v17")
        return
    with pytest.raises(PlaneFault) as caught:
        await pull(driven, aim, "v17")
    assert (str(caught.value), caught.value.sent) == (message, True)


async def test_undo_may_be_another_call_with_what_was_kept(plane: FakePlane, driven: Planes) -> None:
    """What else is needed to put it back is stored with the reading, and comes back in the undo."""
    configs = [{"model": "a", "weight": 0.9}, {"model": "b", "weight": 0.1}]
    aim = generic(
        Values(choices=("split", "backup")),
        "backup",
        read={"get": "/endpoint", "pointer": "/mode", "keep": "/configs"},
        apply={"method": "POST", "path": "/endpoint/mode", "body": {"mode": "{value}"}},
        undo={"method": "PUT", "path": "/endpoint", "body": {"configs": "{kept}", "note": "undone by {by}"}},
    )
    plane.routes["GET", "/endpoint"] = lambda _: (200, {"mode": "split", "configs": configs})
    plane.routes["POST", "/endpoint/mode"] = plane.routes["PUT", "/endpoint"] = lambda _: (200, {"ok": True})
    before = await driven.of(aim).read(aim)
    assert before == Reading("split", {"kept": configs})
    await pull(driven, aim, "backup")
    assert (plane.calls[-1].method, plane.calls[-1].body) == ("POST", {"mode": "backup"})
    await pull(driven, aim, "split", dict(before.detail))
    assert (plane.calls[-1].method, plane.calls[-1].body) == ("PUT", {"configs": configs, "note": "undone by ada"})


async def test_a_secret_is_not_kept_for_undo(plane: FakePlane, driven: Planes) -> None:
    """What is stored with a reading must not hold one, however handy it were."""
    aim = generic(
        read={"get": "/endpoint", "pointer": "/mode", "keep": "/params"},
        undo={"method": "PUT", "path": "/endpoint", "body": {"params": "{kept}"}},
    )
    params = {"api_key": "abcd1234efgh5678ijkl"}
    plane.routes["GET", "/endpoint"] = lambda _: (200, {"mode": "v17", "params": params})
    with pytest.raises(PlaneFault) as caught:
        await driven.of(aim).read(aim)
    assert str(caught.value) == "What undo needs at /params is too long or holds a secret."


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (404, b"Not Found", Reading("none")),
        (400, {"message": "Registered model alias production not found"}, Reading("none")),
        (400, {"message": "bad parameter"}, None),
        (200, {"version": "2"}, Reading("2")),
    ],
)
async def test_nothing_is_there_in_other_words(
    plane: FakePlane, driven: Planes, status: int, body: Any, expected: Reading | None
) -> None:
    """Some planes say 404 in plain text, some 400 with words; another 400 stays a fault."""
    absent = [{"status": 404}, {"status": 400, "text": "alias production not found"}]
    aim = generic(map={"none": None}, read={"get": "/alias", "pointer": "/version", "absent": absent})
    plane.routes["GET", "/alias"] = lambda _: (status, body)
    if expected is not None:
        assert await driven.of(aim).read(aim) == expected
        return
    with pytest.raises(PlaneFault, match=r"refused it \(400 Bad Request\), it says: bad parameter\.$"):
        await driven.of(aim).read(aim)


@pytest.mark.parametrize(
    ("probe", "body", "value", "expected"),
    [
        (
            {"get": "/p", "text": "serving {value}"},
            b"now serving v17",
            "v17",
            Proof(True, "the answer carries serving v17"),
        ),
        (
            {"get": "/p", "text": "serving {value}"},
            b"now serving v18",
            "v17",
            Proof(False, "1 of 1 answers still carry other words"),
        ),
        ({"get": "/p", "text": "closed"}, b"closed", "v16", Proof(None, "the catalogue does not say what shows v16")),
        ({"get": "/p", "pointer": "/on", "equals": False}, {"on": False}, "v17", Proof(True, "the answer carries no")),
        (
            {"get": "/p", "pointer": "/on", "equals": False},
            {"on": 0},
            "v17",
            Proof(False, "1 of 1 answers still carry 0"),
        ),
        (
            {"get": "/p", "pointer": "/off"},
            {"on": 0},
            "v17",
            Proof(None, "the answers do not hold what was to be looked at"),
        ),
    ],
)
async def test_what_a_probe_may_look_at(
    plane: FakePlane, driven: Planes, probe: dict[str, Any], body: Any, value: str, expected: Proof
) -> None:
    """Text, a pointer, one value only: each shows it, denies it, or tells nothing."""
    aim = generic(Values(choices=("v16", "v18", "v17")), probe=probe)
    plane.settings["prompt"] = value
    plane.routes["GET", "/p"] = lambda _: (200, body)
    assert await driven.of(aim).probe(aim, value, since=SINCE) == expected


async def test_a_probe_cannot_outvote_the_plane_itself(plane: FakePlane, driven: Planes) -> None:
    """A page that always says v17 proves nothing while the plane itself still says v18."""
    aim = generic(probe={"get": "/p", "pointer": "/prompt"})
    plane.routes["GET", "/p"] = lambda _: (200, {"prompt": "v17"})
    found = await driven.of(aim).probe(aim, "v17", since=SINCE)
    assert found == Proof(False, "the plane itself still says v18")


async def test_a_dry_run_of_a_merge_says_what_it_will_merge(driven: Planes, plane: FakePlane) -> None:
    """The map is read when it is pulled, so the dry run names its place and the key that changes."""
    assert driven.of(ALIASED).preview(ALIASED, "chat-backup") == (
        f"POST {plane.url}/config/update\n"
        "Authorization: Bearer ••••\n"
        "Content-Type: application/json\n"
        "\n"
        '{\n "router": {\n  "aliases": {\n'
        '   "(all of /current/aliases as it is then)": "with /support-bot = chat-backup"\n  }\n }\n}'
    )


SHAPES: dict[str, tuple[dict[str, Any], str]] = {
    "no read": ({"read": None}, "read: Input should be a valid dictionary or instance of HttpRead"),
    "no probe": ({"probe": None}, "probe: Input should be a valid dictionary or instance of HttpProbe"),
    "another key": ({"writes": 1}, "writes: Extra inputs are not permitted"),
    "another host": (
        {"read": {"get": "//evil.example/x", "pointer": ""}},
        "read.get: Value error, a path on the plane, beginning with one /, is expected",
    ),
    "no pointer": (
        {"read": {"get": "/x", "pointer": "value"}},
        "read.pointer: Value error, value does not begin with /",
    ),
    "always the same": (
        {"apply": {"method": "POST", "path": "/off"}},
        "apply: Value error, neither its path nor its body holds {value}, {map} or {kept}: it would always do the same",
    ),
    "a secret in a header": (
        {"read": {"get": "/x", "pointer": "/v", "headers": {"Authorization": "Bearer x"}}},
        "read.headers: Value error, the header Authorization carries a secret:"
        " name it in the plane's `secret` and `header`",
    ),
    "a map without merge": (
        {"apply": {"method": "POST", "path": "/x", "body": "{map}"}},
        ": Value error, merge and {map} in apply's body go together",
    ),
    "a probe with two ways": (
        {"probe": {"get": "/x", "pointer": "/a", "text": "b"}},
        "probe: Value error, one of pointer, header and text is expected",
    ),
}


@pytest.mark.parametrize("case", SHAPES)
async def test_a_target_is_held_to_its_shape(driven: Planes, plane: FakePlane, case: str) -> None:
    """What the lint would refuse is refused by the adapter too, before anything is sent."""
    more, said = SHAPES[case]
    with pytest.raises(PlaneFault) as caught:
        await driven.of(generic(**more)).read(generic(**more))
    where, _, what = said.partition(": ")
    told = f"The control's target cannot be used as it stands in the catalogue ({where or 'it'}: {what})."
    assert (str(caught.value), caught.value.permanent, plane.calls) == (told, True, [])


def test_the_example_of_each_kind_has_its_shape() -> None:
    """The targets used here are what controls.yml may say, too."""
    assert [TARGETS["http"].model_validate(one).model_fields_set for one in (ALIAS, dict(generic().target))] == [
        {"read", "merge", "apply", "probe"},
        {"read", "apply", "probe"},
    ]


RFC = {"foo": ["bar", "baz"], "": 0, "a/b": 1, "c%d": 2, "e^f": 3, "g|h": 4, "i\\j": 5, 'k"l': 6, " ": 7, "m~n": 8}


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("", RFC),
        ("/foo", ["bar", "baz"]),
        ("/foo/0", "bar"),
        ("/", 0),
        ("/a~1b", 1),
        ("/c%d", 2),
        ("/e^f", 3),
        ("/g|h", 4),
        ("/i\\j", 5),
        ('/k"l', 6),
        ("/ ", 7),
        ("/m~0n", 8),
    ],
)
def test_pointers_as_in_rfc_6901(where: str, found: Any) -> None:
    """The RFC's own examples."""
    assert pointer.get(RFC, where) == found


@pytest.mark.parametrize("where", ["/none", "/foo/2", "/foo/01", "/foo/-", "/a~1b/x", "/foo/x"])
def test_a_pointer_to_nothing(where: str) -> None:
    """Nothing there is a LookupError, in objects, lists and values alike."""
    with pytest.raises(LookupError):
        pointer.get(RFC, where)
