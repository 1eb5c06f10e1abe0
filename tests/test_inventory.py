"""What is declared, asked what it stands at and what is missing; and what a plane has, as YAML that can be pasted."""

import asyncio
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest
import yaml

from stanch import inventory
from stanch.controls.base import Adapter, Found, PlaneFault, Planes, Reading
from stanch.controls.kinds import SHAPES
from stanch.controls.plain import Plain, Request
from stanch.controls.shapes import Shape
from stanch.core.catalogue import Catalogue, Service
from stanch.core.control import Aim, Control, Plane, Value, Values
from stanch.store import catalogue, switches

ROOT = Path(__file__).parents[1]
CHOICES = Values(("v1", "v2"))


class Said(Shape):
    """What this plane answers, as its target has it: a value, a fault, what is missing, or nothing for a while."""

    at: Any = "v1"
    fault: str = ""
    lacks: str = ""
    seconds: float = 0.0


class Told(Plain[Said]):
    shape = Said
    asked = 0
    most = 0

    async def stands(self, target: Said, aim: Aim) -> Reading:
        Told.asked += 1
        Told.most = max(Told.most, Told.asked)
        try:
            await asyncio.sleep(target.seconds)
        finally:
            Told.asked -= 1
        if target.fault == "bug":
            raise KeyError(target.fault)
        if target.fault:
            raise PlaneFault(target.fault, sent=False)
        return Reading(target.at)

    async def lacks(self, aim: Aim) -> str:
        return self.target(aim).lacks

    def request(self, target: Said, value: Value, detail: Any, by: str) -> Request:
        raise AssertionError("nothing is moved")


def control(id: str, **aims: Any) -> Control:
    made = {service: Aim("p", target, CHOICES) for service, target in aims.items()}
    return Control(id, id, "does", "back", timedelta(seconds=9), "proof", "by hand", "bob", aims=made)


async def taken(*controls: Control, seconds: float = 5.0, service: str | None = None) -> list[tuple[str, str, str]]:
    plane = Plane("p", "told", url="http://127.0.0.1:9")
    known = Catalogue(planes={"p": plane}, controls={one.id: one for one in controls})
    planes = Planes(known, {}, {"told": Told})
    try:
        found = await inventory.take(planes, known, seconds, service)
    finally:
        await planes.close()
    return [(f"{one.control.id} of {one.service}", one.now, one.missing) for one in found]


async def test_each_says_what_it_stands_at_and_what_is_missing() -> None:
    """A value, one that is not declared, none, a right that is missing, a fault: in the order of the file."""
    found = await taken(
        control("a", bot={"at": "v2"}, search={"at": "v9 <!here>"}),
        control("b", bot={"at": None}),
        control("c", bot={"lacks": "its key is no proxy admin"}),
        control("d", bot={"fault": "The control plane p could not be reached: is it up?"}),
        control("e", bot={"fault": "It is not set: pull it by hand."}),
    )
    assert found == [
        ("a of bot", "v2", ""),
        ("a of search", "v9 <!here>, which is not among its values", ""),
        ("b of bot", "nothing that is a value", ""),
        ("c of bot", "v1", "cannot be pulled: its key is no proxy admin"),
        ("d of bot", "", "The control plane p could not be reached: is it up?"),
        ("e of bot", "", "It is not set: pull it by hand"),
    ]


async def test_one_service_only() -> None:
    """Where an incident is about one service, the others are not asked."""
    both = control("a", bot={}, search={"fault": "bug"})
    assert await taken(both, service="bot") == [("a of bot", "v1", "")]
    assert await taken(both, service="") == []


async def test_the_slow_do_not_hold_up_the_quick() -> None:
    """After the limit the answer is there, and says of whom there was none; nothing is left running."""
    began = time.monotonic()
    found = await taken(control("a", bot={"seconds": 60}), control("b", bot={}), seconds=0.3)
    assert found == [("a of bot", "", "no answer within 0.3 s"), ("b of bot", "v1", "")]
    assert time.monotonic() - began < 2
    assert Told.asked == 0


async def test_a_plane_is_not_flooded() -> None:
    """Forty controls of one plane are asked six at a time."""
    Told.most = 0
    await taken(*(control(f"c{n}", bot={"seconds": 0.01}) for n in range(40)))
    assert Told.most == inventory.AT_ONCE


async def test_one_that_goes_wrong_hides_no_other(caplog: pytest.LogCaptureFixture) -> None:
    """A slip of ours is one line and stands in the log; the others are shown."""
    found = await taken(control("a", bot={"fault": "bug"}), control("b", bot={}))
    assert found == [("a of bot", "", "that went wrong on our side, and is in the log"), ("b of bot", "v1", "")]
    assert "inventory.failed" in caplog.text


SHIPPED = catalogue.read(ROOT, SHAPES)
SHEETS = yaml.safe_load((ROOT / switches.CONTROLS).read_text(encoding="utf-8"))["controls"]
EVIL = (
    "]: \n- evil", "a: b # c", "*alias", "&anchor", "!!python/object:os.system x", "yes", "007", "1:30", "2026-11-22",
    "null", "'\"", "{x}", "%", "é ü 漢", "line\u2028sep\u0085", "tab\there", "- - -", "", " ", "=", "<<", "x" * 190,
)  # fmt: skip


def pasted(text: str, folder: Path) -> switches.Switches:
    """What `stanch check` says of a controls file whose controls stand where the output was pasted."""
    lines = ["planes:", "  gateway: {kind: litellm, url: 'http://127.0.0.1:9'}", "controls:"]
    for line in text.split("\n"):
        lines.append(line)
        id = line.strip().removesuffix(":")
        if line.startswith("  ") and not line.startswith("   ") and id in SHEETS:
            head = yaml.safe_dump({k: v for k, v in SHEETS[id].items() if k != "for"}, sort_keys=False, width=999)
            lines += [f"    {one}" for one in head.splitlines()]
    file = folder / switches.CONTROLS
    file.parent.mkdir(parents=True)
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return switches.look(folder, ["support-copilot", "search-answers"], SHAPES)


def alias(name: str, values: Sequence[Value] = ("m1", "m2"), **more: Any) -> Found:
    return Found("model.back", {"alias": name, "proof": {"of": 3}}, values, **more)


def test_a_plane_that_takes_longer_than_its_control_says_so() -> None:
    """The proxy remembers teams for 60 s; *Limit a caller* counts on 5: the entry says what to add."""

    class Slow:
        def caution(self, aim: Aim) -> str:
            return "the proxy remembers teams: both ways it may take up to 60 s" if "team" in aim.target else ""

    team, key = ({name: "svc", "field": "rpm_limit"} for name in ("team", "key"))
    found = [Found("rate.limit", target, {"from": 0, "to": 9}, note="which?") for target in (team, key)]
    noted = inventory.patient(found, cast(Adapter, Slow()), "gateway", SHIPPED)
    assert [one.note for one in noted] == ["which?; it may take 60 s here: add `within: 75s`", "which?"]


def test_what_is_found_can_be_pasted(tmp_path: Path) -> None:
    """One entry a control and service, the others as comments; the result is a catalogue without a fault."""
    found = [
        alias("support-copilot-chat", on="support-copilot-chat", note="which was tested?"),
        alias("other"),
        alias("search-answers"),
        Found("key.block", {"key": "svc", "field": "blocked"}, ["open", "blocked"], "blocked", "svc"),
    ]
    text = inventory.written(found, "gateway", SHIPPED)
    assert text.splitlines()[:14] == [
        "  # You have this one: only what follows `for:`, below its own `for:`, in place of the same service.",
        "  model.back:",
        "    for:",
        "      support-copilot:",
        "        # which was tested?",
        "        plane: gateway",
        "        target:",
        "          alias: support-copilot-chat",
        "          proof: {of: 3}",
        "        values: [m1, m2]",
        "        'on': support-copilot-chat",
        "      # support-copilot:",
        "      #   plane: gateway",
        "      #   target:",
    ]
    read = pasted(text, tmp_path)
    assert read.faults == []
    assert read.controls["model.back"].aims["search-answers"].target["alias"] == "search-answers"
    blocked = read.controls["key.block"].aims["support-copilot"]
    assert (blocked.to, blocked.known_good, blocked.on) == ("blocked", False, "svc")


@pytest.mark.parametrize("evil", EVIL)
@pytest.mark.parametrize("where", ["value", "target", "note"])
def test_text_from_outside_stays_text(tmp_path: Path, evil: str, where: str) -> None:
    """A prompt may be called anything: it is read back as exactly that, and as nothing else."""
    makers: dict[str, Callable[[], Found]] = {
        "value": lambda: alias("a", ["m1", evil if evil.strip() else "no value is empty"], on=evil.strip()),
        "target": lambda: alias(evil),
        "note": lambda: alias("a", note=evil),
    }
    found = makers[where]()
    text = inventory.written([found, found], "gateway", SHIPPED)
    loaded = yaml.safe_load(text)
    assert list(loaded) == ["model.back"]
    ((service, entry),) = loaded["model.back"]["for"].items()
    assert service == "support-copilot"
    assert (entry["plane"], entry["target"], entry["values"]) == ("gateway", dict(found.target), [*found.values])
    assert set(entry) <= {"plane", "target", "values", "on"}
    assert pasted(text, tmp_path).controls["model.back"].aims["support-copilot"].values.choices == tuple(found.values)


def test_what_a_person_has_to_decide_is_said(tmp_path: Path) -> None:
    """A rate without a value to go to, more values than fit, a control that the catalogue lacks."""
    rate = Found("rate.limit", {"key": "a", "field": "rpm_limit"}, {"from": 0, "to": 9, "unit": "a minute"})
    many = alias("a", [f"m{n}" for n in range(130)])
    text = inventory.written([rate, many, Found("new.one", {"alias": "b"}, ["x", "y"])], "gateway", SHIPPED)
    assert "# `to:` is yours to choose: the value that the button pulls to" in text
    assert "# only 100 of 130 values" in text
    assert "  new.one:   # not in your catalogue yet: it needs its name, words and owner" in text
    assert yaml.safe_load(text)["rate.limit"]["for"]["support-copilot"]["values"]["to"] == 9


def test_without_services_a_person_names_one() -> None:
    """An empty catalogue: the place of the service is marked."""
    known = Catalogue(services={})
    assert "      SERVICE:" in inventory.written([alias("a")], "gateway", known)
    assert isinstance(next(iter(SHIPPED.services.values())), Service)
