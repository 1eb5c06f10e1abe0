"""Clicks on offers: *Accept*, *Pass*, and what a commander does about a shift that is over. They work from anywhere."""

import re
from typing import Any

from slack_bolt.async_app import AsyncApp

from stanch.core import commands as c, seat_commands as sc
from stanch.slack.answers import Body, number_in, place, where, who
from stanch.slack.listeners import Listeners


class OfferClicks:
    def __init__(self, listeners: Listeners) -> None:
        self._listeners = listeners

    def register(self, app: AsyncApp) -> None:
        app.action(re.compile(r"^(seat|hand|shift):"))(self.clicked)

    async def clicked(self, ack: Any, body: Body, action: Body) -> None:
        name, value = str(action["action_id"]), str(action.get("value") or "")
        # Once for each message, person and button: what it comes to is said again to who clicks again.
        key = f"click:{where(body)}:{place(body)}:{name}:{value}:{who(body)}"
        if name.startswith("seat:"):
            # The same button below the same message comes to ask something else: only a second delivery is the same.
            key += f":{body.get('trigger_id')}"
        await self._listeners.clicked(ack, body, _command(name, value), number_in(value), key)


def _command(action: str, value: str) -> c.Command:
    kind, _, verb = action.partition(":")
    _, role, to = (*value.split(":"), "", "")[:3]
    match kind, verb:
        case "seat", _:
            return sc.AnswerSeat(verb == "accept", tuple(one for one in role.split("+") if one))
        case "hand", _:
            return sc.AnswerHandover(verb == "accept", role)
        case _, "offer":
            return sc.HandOver(role, to or None)
    return sc.PutOffRotation(role)
