"""Controls and checks are read as written; an adapter's part is held against its model; old drills are told."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from textwrap import dedent
from time import process_time

import pytest
from hypothesis import given, settings as hypothesis_settings, strategies as st
from pydantic import BaseModel

from stanch import settings
from stanch.controls.kinds import HOWS, SHAPES, TARGETS
from stanch.core.catalogue import Catalogue
from stanch.core.check import Check, Probe
from stanch.core.control import KNOWN_GOOD, Aim, Control, Ladder, Plane, Values
from stanch.core.moving import direction, holds, suggested
from stanch.errors import CatalogueError
from stanch.store import switches
from stanch.store.catalogue import lint, read
from stanch.store.switches import CHECKS, CONTROLS

ROOT = Path(__file__).parents[2]
TODAY = date(2026, 11, 22)
HEAD = """\
planes:
  gateway: {kind: http, url: https://gateway.example/, secret: GATEWAY_TOKEN, header: X-Key, scheme: "", timeout: 2s}
controls:
  rate.limit:
    name: Limit a caller
    does: Lets a caller do so much.
    direction: less
    within: 5s
    proof: Refusals.
    by_hand: In the gateway.
    owner: "@bob"
"""
AIM = """\
    for:
      bot:
        plane: gateway
        target:
          read: {get: /limits, pointer: /rpm}
          apply: {method: PUT, path: /limits, body: {rpm: "{value}"}}
          probe: {get: /limits, pointer: /in_force}
        values: {from: 0, to: 600, unit: a minute}
        to: 60
"""
LATENCY = """\
checks:
  latency:
    name: Latency
    passes: It is quick.
    held: 15m
    for:
      bot: {kind: http, plane: gateway, how: {get: /health, within_ms: 300}}
"""

Write = Callable[..., Path]


@pytest.fixture
def home(tmp_path: Path) -> Write:
    """Write a home with one service, one class, and these two files."""

    def write(controls: str = HEAD + AIM, checks: str = LATENCY) -> Path:
        for name, text in {
            "runbooks/catalogue/services.yml": "services: {bot: {name: The bot, owners: {commander: [a], "
            "technical: [a], communications: [a], scribe: [a]}}}\n",
            "runbooks/zebra.yml": "class: zebra\nlooks_like: stripes\nfirst_move: look away\n",
            CONTROLS: controls,
            CHECKS: checks,
        }.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return tmp_path

    return write


def _look(folder: Path, *, known: bool = True) -> switches.Switches:
    return switches.look(folder, ["bot"], SHAPES if known else switches.ANY)


def _faults(found: switches.Switches) -> list[str]:
    return [str(fault) for fault in found.faults]


def test_they_are_read_as_written(home: Write) -> None:
    """Planes, controls and checks come out as values, with names without their @ and addresses without the last /."""
    found = _look(home(HEAD + AIM + "        ladder: {steps: [120, 600], hold: 5m, checks: [latency]}\n"))
    assert _faults(found) == []
    assert found.planes == {
        "gateway": Plane(
            "gateway",
            "http",
            url="https://gateway.example",
            secret="GATEWAY_TOKEN",
            header="X-Key",
            scheme="",
            timeout=timedelta(seconds=2),
        )
    }
    target = {
        "read": {"get": "/limits", "pointer": "/rpm"},
        "apply": {"method": "PUT", "path": "/limits", "body": {"rpm": "{value}"}},
        "probe": {"get": "/limits", "pointer": "/in_force"},
    }
    aim = Aim(
        "gateway",
        target,
        Values(low=0, high=600, unit="a minute"),
        to=60,
        ladder=Ladder((120, 600), timedelta(minutes=5), ("latency",)),
    )
    assert found.controls == {
        "rate.limit": Control(
            "rate.limit",
            "Limit a caller",
            "Lets a caller do so much.",
            "less",
            timedelta(seconds=5),
            "Refusals.",
            "In the gateway.",
            "bob",
            aims={"bot": aim},
        )
    }
    probe = Probe("http", "gateway", {"get": "/health", "within_ms": 300})
    check = Check("latency", "Latency", "It is quick.", timedelta(minutes=15), probes={"bot": probe})
    assert found.checks == {"latency": check}


def test_a_home_of_before_has_neither(home: Write) -> None:
    """No controls.yml and no checks.yml: nothing is pulled by a button, and that is no fault."""
    folder = home()
    for file in (CONTROLS, CHECKS):
        (folder / file).unlink()
    found = _look(folder)
    assert (found.controls, found.checks, found.named, found.measured, _faults(found)) == ({}, {}, None, None, [])


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "probe: {get: /limits, pointer: /in_force}",
            "prove: {get: /limits}",
            [
                "16:11: key 'probe' is missing, expected 'probe:' here",
                "18:11: unknown key 'prove', expected one of read, apply, undo, merge, probe, map, text; "
                "did you mean 'probe'?",
            ],
        ),
        ("method: PUT", "method: GET", ["17:27: 'GET', expected POST, PUT, PATCH or DELETE"]),
        ("get: /limits, pointer: /rpm", "get: limits, pointer: /rpm", [
            "16:23: 'limits', expected a path on the plane, beginning with one /",
        ]),
        ("pointer: /in_force", "of: 5", ["18:18: keys and values, expected one of pointer, header and text"]),
        ("pointer: /in_force", "pointer: /in_force, of: 0", ["18:57: the number 0, expected at least 1"]),
        ('{rpm: "{value}"}', "{rpm: 60}", [
            "17:18: neither its path nor its body holds {value}, {map} or {kept}: it would always do the same, "
            "expected keys that fit together",
        ]),
        ("kind: http", "kind: htp", [
            f"2:19: unknown kind 'htp', expected one of {', '.join(sorted({*TARGETS, *HOWS}))}; did you mean 'http'?",
        ]),
    ],
)  # fmt: skip
def test_a_target_is_held_against_its_kind(home: Write, old: str, new: str, told: list[str]) -> None:
    """What an adapter could not use is told with its place in the file, in the words of every other fault."""
    text = HEAD + AIM
    assert text.count(old) == 1
    found = _look(home(text.replace(old, new)))
    assert _faults(found) == [f"{CONTROLS}:{line}" for line in told]
    if "htp" not in new:
        assert _faults(_look(home(text.replace(old, new)), known=False)) == []


@pytest.mark.parametrize(
    ("kind", "how", "told"),
    [
        ("http", "{gett: /health}", "7:46: keys and values, expected one of sample, get, post here"),
        ("http", "{get: /health, status: fine}", "7:69: 'fine', expected a whole number"),
        ("http", "{get: /health, within: 3}", "7:61: unknown key 'within', expected one of get, post, body, headers, "
         "status, header, pointer, has, text, within_ms; did you mean 'within_ms'?"),
        ("prometheus", "{query: up}", "7:38: plane 'gateway' of kind http, expected one of kind prometheus"),
    ],
)  # fmt: skip
def test_a_check_is_held_against_its_kind(home: Write, kind: str, how: str, told: str) -> None:
    """The same for what a check asks."""
    checks = LATENCY.replace("{get: /health, within_ms: 300}", how).replace("kind: http", f"kind: {kind}")
    assert _faults(_look(home(checks=checks)))[0] == f"{CHECKS}:{told}"


SECRET = "sk-9f8e7d6c5b4a39281706f5e4d3c2b1a0"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("secret: GATEWAY_TOKEN", f"secret: {SECRET}"),
        ("secret: GATEWAY_TOKEN", f"url_env: {SECRET}"),
        ("header: X-Key", f"header: {SECRET} {SECRET}"),
        ('scheme: ""', f"scheme: {SECRET}"),
        ("https://gateway.example/", f"https://{SECRET}@gateway.example/"),
        ("https://gateway.example/", f"https://gateway.example/{SECRET}"),
        ("https://gateway.example/", f"https://gateway.example/?a={SECRET}"),
        ("https://gateway.example/", f"{SECRET}"),
        ("/limits, body", f"'/limits/{SECRET}', body"),
        ('{rpm: "{value}"}', f'{{rpm: "{{value}}", nested: [{{x: {SECRET}}}]}}'),
        ('{rpm: "{value}"}}', f'{{rpm: "{{value}}"}}, headers: {{X-Api-Key: {SECRET}}}}}'),
        ("In the gateway.", f"In the gateway with {SECRET}."),
    ],
)
def test_a_secret_in_the_file_is_refused_and_never_repeated(home: Write, old: str, new: str) -> None:
    """Wherever it is put by mistake: one fault at least, and no line of output holds it."""
    text = HEAD + AIM
    assert text.count(old) == 1
    with pytest.raises(CatalogueError) as refused:
        read(home(text.replace(old, new)), SHAPES)
    told = [line for line in str(refused.value).splitlines() if "controls.yml" in line]
    assert told
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize(
    ("drilled", "told"),
    [
        ("", "rate.limit (never)"),
        ("    drilled: 2026-08-23\n", "rate.limit (2026-08-23)"),
        ("    drilled: 2026-08-24\n", ""),
    ],
)
def test_what_was_not_drilled_for_ninety_days_is_told(home: Write, drilled: str, told: str) -> None:
    """By the day it is asked on; without a day, only what never was."""
    folder = home(HEAD + drilled + AIM)
    expected = [f"{CONTROLS}:3:1: not drilled in the last 90 days: {told}"] if told else []
    assert [line for line in lint(folder, today=TODAY)[1] if "drilled" in line] == expected
    never = expected if "never" in told else []
    assert [line for line in lint(folder)[1] if "drilled" in line] == never


@pytest.mark.parametrize(
    ("evaluated", "told"),
    [
        ("", "never"),
        ("        evaluated: 2026-08-01\n", "not in the last 90d"),
        ("        evaluated: 2026-11-01\n", ""),
        ("        evaluated: each release\n", ""),
    ],
)
def test_a_second_provider_that_was_not_evaluated_is_told(home: Write, evaluated: str, told: str) -> None:
    """Its button would take two people when nobody has time for that."""
    failover = HEAD.replace("direction: less", "direction: back\n    evaluated_within: 90d").replace(
        "rate.limit", "failover"
    )
    expected = f"{CONTROLS}:14:7: failover of bot was {told} evaluated with what runs now; pulling it takes two people"
    said = [line for line in lint(home(failover + AIM + evaluated), today=TODAY)[1] if "evaluated" in line]
    assert said == ([expected] if told else [])


def test_the_matrix_names_what_a_service_lacks_by_class(home: Write) -> None:
    """One line a service: which classes would find nothing to pull, and which nothing to look at."""
    folder = home()
    text = dedent("""\
        class: zebra
        looks_like: stripes
        first_move: look away
        closure: [latency]
        start: c1
        nodes:
          c1: {pull: [tool.off], says: Now., then: x1, cannot: e1}
          e1: {call: Somebody., then: x1}
          x1: {end: Well.}
        """)
    (folder / "runbooks/zebra.yml").write_text(text, encoding="utf-8")
    other = text.replace("zebra", "okapi").replace("tool.off", "rate.limit").replace("latency", "smoke")
    (folder / "runbooks/okapi.yml").write_text(other, encoding="utf-8")
    path = folder / CONTROLS
    more = HEAD.partition("controls:\n")[2].replace("rate.limit", "tool.off")
    path.write_text(path.read_text(encoding="utf-8") + more, encoding="utf-8")
    path = folder / CHECKS
    more = "  smoke: {name: Smoke, passes: It answers., by_hand: Ask it.}\n"
    path.write_text(path.read_text(encoding="utf-8") + more, encoding="utf-8")
    matrix = f"{CONTROLS}:3:1: bot: no check for okapi; no control for zebra"
    assert [line for line in lint(folder)[1] if ": bot:" in line] == [matrix]


@pytest.fixture(scope="module")
def shipped() -> Catalogue:
    return read(ROOT, SHAPES)


def test_the_controls_that_ship_can_be_pulled(shipped: Catalogue) -> None:
    """The button of each aim sends a value that may be sent, in the direction that the control says, and every
    control but the known-good set has an aim for the first service."""
    without = [id for id, control in shipped.controls.items() if control.aim("support-copilot") is None]
    assert without == [KNOWN_GOOD]
    for control in shipped.controls.values():
        for aim in control.aims.values():
            to = suggested(aim, control)
            assert to is not None
            assert holds(aim.values, to)
            before = aim.values.choices[0] if aim.values.choices else aim.values.high
            assert direction(control, aim, before, to, today=TODAY) == control.direction, control.id


def test_the_known_good_set_that_ships_loosens_nothing(shipped: Catalogue) -> None:
    """It holds what is served. What contains harm (filters, limits, tools, the feature) is never undone by it."""
    part = {c.id for c in shipped.controls.values() if (aim := c.aim("support-copilot")) and aim.known_good}
    served = {"prompt.back", "model.back", "params.back", "index.back", "variant.share", "retrieval.depth"}
    assert part == served


def test_a_yes_or_a_no_that_ships_is_a_text(shipped: Catalogue) -> None:
    """`on` without quotes would be a truth to YAML, and nothing that the practice service knows."""
    for control in shipped.controls.values():
        for aim in control.aims.values():
            assert not any(isinstance(value, bool) for value in (*aim.values.choices, *aim.good, aim.to))


def test_reading_them_is_quick() -> None:
    """The bot reads both files when it starts: well under 60 ms, as the fastest of five."""
    spent = []
    for _ in range(5):
        start = process_time()
        switches.look(ROOT, ["support-copilot", "search-answers"], SHAPES)
        spent.append(process_time() - start)
    assert min(spent) < 0.06


def test_kinds_are_models() -> None:
    """What comes from above is what this module takes."""
    assert all(issubclass(model, BaseModel) for model in (*TARGETS.values(), *HOWS.values()))


def test_the_environment_takes_the_names_that_ship(shipped: Catalogue) -> None:
    """A plane's variables are no settings of the bot; setting them is no mistake, and they reach the planes."""
    names = {name for plane in shipped.planes.values() for name in (plane.url_env, plane.secret) if name}
    assert names == {"PRACTICE_AI_URL", "PRACTICE_AI_TOKEN"}
    given = dict.fromkeys(names, "x")
    assert settings.read(given, Path("no such file")).environment == given
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert all(f"\n# {name}=" in example for name in names)


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("scratch")


PIECES = ["", " ", "\n", ":", ": ", "- ", "#", "[", "}", "'", "*", "1:30", "null", "on", "{{", "é", "0", "-", "{a: b}"]


@given(
    file=st.sampled_from([CONTROLS, CHECKS]),
    start=st.integers(0, 30_000),
    cut=st.integers(0, 30),
    piece=st.sampled_from(PIECES),
)
@hypothesis_settings(max_examples=40, deadline=None)
def test_no_slip_of_the_hand_is_too_much_for_it(scratch: Path, file: str, start: int, cut: int, piece: str) -> None:
    """Whatever is cut out or typed in anywhere: no error of our own, and each fault lies inside the file."""
    for name in (CONTROLS, CHECKS):
        text = (ROOT / name).read_text(encoding="utf-8")
        if name == file:
            place = start % len(text)
            text = text[:place] + piece + text[place + cut :]
        path = scratch / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for fault in switches.look(scratch, ["support-copilot", "search-answers"], SHAPES).faults:
        lines = [*(scratch / fault.file).read_text(encoding="utf-8").split("\n"), ""]
        assert 1 <= fault.line <= len(lines)
        assert 1 <= fault.column <= len(lines[fault.line - 1]) + 1
