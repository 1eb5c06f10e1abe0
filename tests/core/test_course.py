"""The phases of the design's section 4: every walk, and every pair of phase and command, with its whole message.

The tables are typed by hand from the design; nothing in them is computed from what is tested.
"""

import re
from datetime import timedelta

import pytest

from stanch.core import commands as c
from stanch.core.incident import PHASES
from stanch.core.phases import NOW, OFFERS, TRANSITIONS, diagram, offers
from tests.fakes.world import BOB, LATER_DAY, Tale, declared, opened, refusal, walked

# Command → {phase it is taken in: phase it leads to}, typed off the design's section 4.
TABLE: dict[str, dict[str, str]] = {
    "mitigate": dict.fromkeys(("assess", "mitigate", "diagnose", "resolve", "watching"), "mitigate"),
    "applied": dict.fromkeys(("assess", "mitigate", "diagnose", "resolve", "watching"), "mitigate"),
    "contained": {"mitigate": "diagnose"},
    "explained": {"diagnose": "resolve", "mitigate": "resolve"},
    "watch": {"resolve": "watching"},
    "red check": {"watching": "mitigate"},
    "resolved": {"watching": "learn"},
    "close": {"learn": "closed"},
    "dismiss": dict.fromkeys(("assess", "mitigate", "diagnose"), "dismissed"),
    "reopen": dict.fromkeys(("learn", "closed", "dismissed"), "mitigate"),
}
COMMANDS: dict[str, c.Command] = {
    "mitigate": c.Mitigate(),
    "applied": c.Applied("prompt back to v17"),
    "contained": c.Contain(waive="drill"),
    "explained": c.Explain("probable", "the new prompt, see trace 7"),
    "watch": c.Watch(override="drill"),
    "red check": c.ReportRedCheck("errors above 1 %"),
    "resolved": c.Resolve(fixed="prompt v18"),
    "close": c.Close("We test prompts by region now."),
    "dismiss": c.Dismiss("near-miss", "nobody was hurt"),
    "reopen": c.Reopen("it came back"),
}

BE_PULLING = (
    "Now: pull a control: `/incident runbook` or `/incident controls`; pulled by hand: `/incident applied WHAT`;"
    " or begin: `/incident mitigate`."
)
BE_JUDGING = (
    "Now: judge 20 fresh answers: `/incident judged GOOD BAD`, then `/incident contained`;"
    " it stopped by itself: `/incident bleeding contained WHY`."
)
BE_EXPLAINING = "Now: `/incident hypothesis TEXT`, `/incident explained confirmed|probable|unknown TEXT`."
BE_SETTLING = (
    "Now: take each mitigation back, `/incident removed K`, or keep it, `/incident kept K @who until DATE WHY`;"
    " then `/incident watch`."
)
BE_WATCHING = "Now: `/incident resolved --fixed WHAT` once quiet has held; if it comes back: `/incident mitigate`."
BE_LEARNING = (
    "Now: `/incident action @who by DATE WHAT`, `/incident close SUMMARY`; if it comes back: `/incident reopen WHY`."
)

REFUSED: dict[str, dict[str, str]] = {
    "assess": {
        "contained": f"Not from here: INC-7 is in assess, and `contained` is for mitigate. {BE_PULLING}",
        "explained": f"Not from here: INC-7 is in assess, and `explained` is for diagnose or mitigate."
        f" {BE_PULLING}",
        "watch": f"Not from here: INC-7 is in assess, and `watch` is for resolve. {BE_PULLING}",
        "red check": f"Not from here: INC-7 is in assess, and `red check` is for watching. {BE_PULLING}",
        "resolved": f"Not from here: INC-7 is in assess, and `resolved` is for watching. {BE_PULLING}",
        "close": f"Not from here: INC-7 is in assess, and `close` is for learn. {BE_PULLING}",
        "reopen": f"INC-7 is open (assess): there is nothing to reopen."
        f" {BE_PULLING}",
    },
    "mitigate": {
        "watch": f"Not from here: INC-7 is in mitigate, and `watch` is for resolve. {BE_JUDGING}",
        "red check": f"Not from here: INC-7 is in mitigate, and `red check` is for watching. {BE_JUDGING}",
        "resolved": f"Not from here: INC-7 is in mitigate, and `resolved` is for watching. {BE_JUDGING}",
        "close": f"Not from here: INC-7 is in mitigate, and `close` is for learn. {BE_JUDGING}",
        "reopen": f"INC-7 is open (mitigate): there is nothing to reopen."
        f" {BE_JUDGING}",
    },
    "diagnose": {
        "contained": f"Not from here: INC-7 is in diagnose, and `contained` is for mitigate. {BE_EXPLAINING}",
        "watch": f"Not from here: INC-7 is in diagnose, and `watch` is for resolve. {BE_EXPLAINING}",
        "red check": f"Not from here: INC-7 is in diagnose, and `red check` is for watching. {BE_EXPLAINING}",
        "resolved": f"Not from here: INC-7 is in diagnose, and `resolved` is for watching. {BE_EXPLAINING}",
        "close": f"Not from here: INC-7 is in diagnose, and `close` is for learn. {BE_EXPLAINING}",
        "reopen": f"INC-7 is open (diagnose): there is nothing to reopen."
        f" {BE_EXPLAINING}",
    },
    "resolve": {
        "contained": f"Not from here: INC-7 is in resolve, and `contained` is for mitigate. {BE_SETTLING}",
        "explained": f"Not from here: INC-7 is in resolve, and `explained` is for diagnose or mitigate."
        f" {BE_SETTLING}",
        "red check": f"Not from here: INC-7 is in resolve, and `red check` is for watching. {BE_SETTLING}",
        "resolved": f"Not from here: INC-7 is in resolve, and `resolved` is for watching. {BE_SETTLING}",
        "close": f"Not from here: INC-7 is in resolve, and `close` is for learn. {BE_SETTLING}",
        "dismiss": f"Not from here: INC-7 is in resolve, and `dismiss` is for assess, mitigate or diagnose."
        f" {BE_SETTLING}",
        "reopen": f"INC-7 is open (resolve): there is nothing to reopen."
        f" {BE_SETTLING}",
    },
    "watching": {
        "contained": f"Not from here: INC-7 is in watching, and `contained` is for mitigate. {BE_WATCHING}",
        "explained": f"Not from here: INC-7 is in watching, and `explained` is for diagnose or mitigate."
        f" {BE_WATCHING}",
        "watch": f"Not from here: INC-7 is in watching, and `watch` is for resolve. {BE_WATCHING}",
        "close": f"Not from here: INC-7 is in watching, and `close` is for learn. {BE_WATCHING}",
        "dismiss": f"Not from here: INC-7 is in watching, and `dismiss` is for assess, mitigate or diagnose."
        f" {BE_WATCHING}",
        "reopen": f"INC-7 is open (watching): there is nothing to reopen."
        f" {BE_WATCHING}",
    },
    "learn": {
        "mitigate": "INC-7 is not open any more (learn). Reopen it first: `/incident reopen WHY`.",
        "applied": "INC-7 is not open any more (learn). Reopen it first: `/incident reopen WHY`.",
        "contained": f"Not from here: INC-7 is in learn, and `contained` is for mitigate. {BE_LEARNING}",
        "explained": f"Not from here: INC-7 is in learn, and `explained` is for diagnose or mitigate."
        f" {BE_LEARNING}",
        "watch": f"Not from here: INC-7 is in learn, and `watch` is for resolve. {BE_LEARNING}",
        "red check": f"Not from here: INC-7 is in learn, and `red check` is for watching. {BE_LEARNING}",
        "resolved": f"Not from here: INC-7 is in learn, and `resolved` is for watching. {BE_LEARNING}",
        "dismiss": f"Not from here: INC-7 is in learn, and `dismiss` is for assess, mitigate or diagnose."
        f" {BE_LEARNING}",
    },
    "closed": {
        "mitigate": "INC-7 is not open any more (closed). Reopen it first: `/incident reopen WHY`.",
        "applied": "INC-7 is not open any more (closed). Reopen it first: `/incident reopen WHY`.",
        "contained": "INC-7 is closed. It came back? `/incident reopen WHY`.",
        "explained": "INC-7 is closed. It came back? `/incident reopen WHY`.",
        "watch": "INC-7 is closed. It came back? `/incident reopen WHY`.",
        "red check": "INC-7 is closed. It came back? `/incident reopen WHY`.",
        "resolved": "INC-7 is closed. It came back? `/incident reopen WHY`.",
        "close": "INC-7 is closed. It came back? `/incident reopen WHY`.",
        "dismiss": "INC-7 is closed. It came back? `/incident reopen WHY`.",
    },
    "dismissed": {
        "mitigate": "INC-7 is not open any more (dismissed). Reopen it first: `/incident reopen WHY`.",
        "applied": "INC-7 is not open any more (dismissed). Reopen it first: `/incident reopen WHY`.",
        "contained": "INC-7 is dismissed. It came back? `/incident reopen WHY`.",
        "explained": "INC-7 is dismissed. It came back? `/incident reopen WHY`.",
        "watch": "INC-7 is dismissed. It came back? `/incident reopen WHY`.",
        "red check": "INC-7 is dismissed. It came back? `/incident reopen WHY`.",
        "resolved": "INC-7 is dismissed. It came back? `/incident reopen WHY`.",
        "close": "INC-7 is dismissed. It came back? `/incident reopen WHY`.",
        "dismiss": "INC-7 is dismissed. It came back? `/incident reopen WHY`.",
    },
}  # fmt: skip
"""Phase → command → the whole refusal. What stands in neither table is a hole in this test."""

BUTTONS: dict[str, tuple[str, ...]] = {
    "assess": ("lever", "first_move", "runbook", "applied", "mitigate"),
    "mitigate": ("runbook", "sample", "contained", "applied", "judged", "check", "stopped"),
    "diagnose": ("runbook", "hypothesis", "explained"),
    "resolve": ("check", "sample", "judged", "watch"),
    "watching": ("resolved", "came_back"),
    "learn": ("action", "close", "reopen"),
    "closed": ("reopen",),
    "dismissed": ("reopen",),
}
"""Phase → the moves that a refusal puts below its words, while there is no mitigation and no hypothesis to work on."""


def contained_in_mitigate() -> Tale:
    """In mitigate with the harm contained: reported so before anything was pulled."""
    tale = opened(severity="SEV3")
    tale.do(c.Bleeding("contained", "the bad index was replaced"))
    tale.do(c.Mitigate())
    return tale


def ready(command: str, phase: str) -> Tale:
    return contained_in_mitigate() if (command, phase) == ("explained", "mitigate") else walked(phase)


@pytest.mark.parametrize("phase", PHASES)
def test_every_phase_is_reached(phase: str) -> None:
    """From a declaration, by commands alone, an incident comes into each phase of the design."""
    assert walked(phase).incident.phase == phase


def test_the_tables_leave_nothing_out() -> None:
    """Eight phases, ten commands, eighty pairs: each is either allowed or refused here, and none is both."""
    allowed = {(phase, command) for command, to in TABLE.items() for phase in to}
    turned_away = {(phase, command) for phase, commands in REFUSED.items() for command in commands}
    assert len(PHASES) * len(TABLE) == 80
    assert allowed | turned_away == {(phase, command) for phase in PHASES for command in TABLE}
    assert allowed & turned_away == set()


def test_the_table_in_the_code_is_the_design() -> None:
    """The dict literal in `core/phases.py` is the design's section 4, pair by pair."""
    assert TRANSITIONS == TABLE


@pytest.mark.parametrize("command", TABLE)
@pytest.mark.parametrize("phase", PHASES)
def test_every_phase_and_command(phase: str, command: str) -> None:
    """Each command is taken in its phases and leads where the design says; elsewhere the refusal says what
    can be done, in these words and with these buttons."""
    tale = ready(command, phase)
    if to := TABLE[command].get(phase):
        tale.do(COMMANDS[command], after=timedelta(hours=23, minutes=59))
        assert tale.incident.phase == to
    else:
        said = refusal(tale, COMMANDS[command], after=timedelta(minutes=1))
        assert (str(said), said.offers) == (REFUSED[phase][command], BUTTONS[phase])


SAID: dict[str, dict[str, str]] = {
    "mitigate": {
        "assess": "Mitigating. Contain first; class, severity and names can follow.",
        "mitigate": f"INC-7 is in mitigate already. {BE_JUDGING}",
    },
    "applied": {"assess": "Mitigation 1 is recorded as applied. In effect? `/incident effective 1`."},
    "contained": {"mitigate": "Waived and recorded with your name. Now diagnose."},
    "explained": {"diagnose": f"Cause probable. {BE_SETTLING}"},
    "watch": {"resolve": "Watching, with an override in your name."},
    "red check": {"watching": "Back to mitigate."},
    "resolved": {"watching": f"Resolved. {BE_LEARNING}"},
    "close": {"learn": "INC-7 is closed. Thank you."},
    "dismiss": {"assess": "INC-7 is dismissed."},
    "reopen": {"closed": "INC-7 is open again. Contain first."},
}


@pytest.mark.parametrize(("command", "phase"), [(command, phase) for command in SAID for phase in SAID[command]])
def test_what_is_taken_is_answered(command: str, phase: str) -> None:
    """Whoever moves the incident along is told what that means, in whole words."""
    assert walked(phase).do(COMMANDS[command], after=timedelta(hours=5)).say == SAID[command][phase]


def test_every_phase_says_what_can_be_done_now() -> None:
    """No phase leaves a person without a next step, nor without a button for it."""
    assert set(NOW) == set(OFFERS) == set(PHASES)
    assert all("`/incident " in steps for steps in NOW.values())


def test_what_there_is_to_work_on_is_offered() -> None:
    """A recorded mitigation can be settled, a hypothesis judged; the first move goes once something is pulled."""
    tale = walked("assess")
    assert offers(tale.incident) == ("lever", "first_move", "runbook", "applied", "mitigate")
    tale.do(c.Suppose("the prompt"))
    tale.do(c.Applied("route back"))
    assert offers(tale.incident) == (
        "took_effect", "runbook", "sample", "contained", "applied", "judged", "check", "settle", "stopped",
    )  # fmt: skip
    tale.do(c.Contain(waive="drill"))
    assert offers(tale.incident) == ("runbook", "hypothesis", "idea", "explained")
    tale.do(c.Explain("confirmed", "the prompt"))
    assert offers(tale.incident) == ("settle", "check", "sample", "judged", "watch")
    tale.do(c.MoveMitigation("removed"))
    assert offers(tale.incident) == ("check", "sample", "judged", "watch")
    assert offers(declared().incident) == ("lever", "runbook", "applied", "mitigate")


def test_the_diagram_holds_exactly_the_arrows_of_the_table() -> None:
    """The README's picture is drawn from the table: each change of phase is an arrow that names its commands."""
    arrows: dict[tuple[str, str], set[str]] = {}
    for line in diagram().splitlines()[1:]:
        found = re.fullmatch(r"    (\S+) --> (\S+?)(?:: (.+))?", line)
        assert found is not None, line
        assert (found[1], found[2]) not in arrows
        arrows[found[1], found[2]] = set((found[3] or "").split(", "))
    wanted = {("[*]", "assess"): {"declare"}, ("closed", "[*]"): {""}, ("dismissed", "[*]"): {""}}
    for command, to in TABLE.items():
        for start, end in to.items():
            if start != end:
                wanted.setdefault((start, end), set()).add(command)
    assert diagram().splitlines()[0] == "stateDiagram-v2"
    assert arrows == wanted


def test_a_pull_in_any_open_phase_leads_to_mitigate_with_a_promise_still_standing() -> None:
    """Going back keeps what is known: mitigations, promises and the cause are not forgotten."""
    tale = walked("watching")
    tale.do(c.AddAction(BOB, LATER_DAY, "test prompts by region"))
    tale.do(c.Applied("route back"))
    i = tale.incident
    assert (i.phase, i.explained, len(i.actions), len(i.mitigations)) == ("mitigate", "confirmed", 1, 1)
