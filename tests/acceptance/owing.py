"""Incidents that lack their class, written as the desk would write them, many at a time: each owes its room a word."""

from __future__ import annotations

from datetime import datetime

from stanch.core import commands as c
from stanch.core.catalogue import Catalogue
from stanch.core.chain import GENESIS, link
from stanch.core.decide import decide
from stanch.core.effects import Effect
from stanch.core.incident import Incident, fold
from stanch.store.events import _row
from stanch.store.ids import uuid7
from tests.acceptance.harness import Json, Stage
from tests.acceptance.incidents import ALICE


def told(
    number: int, room: str, at: datetime, known: Catalogue, severity: str | None = None
) -> tuple[list[Json], Incident, Effect]:
    """The rows of its events, its state, and the reminder."""
    asked = (
        (c.Declare(number, f"something is off {number}", severity=severity), ALICE),
        (c.SeatOwners((("commander", ALICE),), (), room=c.ReportRoom(room, f"inc-{number}", False)), "stanch"),
    )
    state: Incident | None = None
    rows: list[Json] = []
    owed: list[Effect] = []
    for command, by in asked:
        decision = decide(state, command, by, at, known)
        owed += decision.effects
        for payload in decision.events:
            event = link(
                id=uuid7(), incident=number, seq=len(rows) + 1, kind=payload.kind, at=at, recorded_at=at, by=by,
                source="test", payload=payload.as_json(), prev=state.head if state else GENESIS,
            )  # fmt: skip
            rows.append(_row(event))
            state = fold([event], state)
    assert state is not None
    (reminder,) = (one for one in owed if f"inc-{number}/remind/facts/" in one.key)
    return rows, state, reminder


async def rooms_of(stage: Stage, name: str, count: int) -> list[str]:
    """Channels that the bot has made."""
    found, token = [], stage.connection["bot_token"]
    for n in range(count):
        answer = await stage.http.post(
            f"{stage.connection['api']}conversations.create",
            data={"name": f"{name}-{n}"},
            headers={"Authorization": f"Bearer {token}"},
        )
        found.append(str(answer.json()["channel"]["id"]))
    return found
