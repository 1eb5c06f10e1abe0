"""Clicks on a pull: start, confirm, agree, break the glass, dry run, another value, cancel, look again, undo."""

import re
from collections.abc import Awaitable, Callable
from typing import Any, Final

from slack_bolt.async_app import AsyncApp

from stanch.core import commands as c
from stanch.core.catalogue import Catalogue
from stanch.core.incident import Incident
from stanch.core.moving import spoken, told
from stanch.core.policy import outsiders_stay_out
from stanch.core.pulls import Pull, find
from stanch.errors import StanchError
from stanch.flows.desk import Desk
from stanch.slack import blocks as b, forms
from stanch.slack.answers import Body, number_in, where, who
from stanch.slack.blocks import Block, safe
from stanch.slack.listeners import Listeners

Preview = Callable[[Incident, Pull], Awaitable[str]]
"""The requests that a pull would send, as text, secrets masked. Raises `StanchError` when it cannot be said."""
Maker = Callable[[Catalogue, Incident], Block]
STANDS: Final = ("confirm", "agree", "cancel", "again")
"""Clicks on a pull whose message stands already, and shows what comes of them."""
OLD: Final = "That button is from an older version."
GLASS: Final = (
    "Nobody else has answered, so you may go on alone with one reason. Who looks after it and the security contact are"
    " told at once, and somebody else looks at it within one working day."
)


class Pulling:
    def __init__(self, desk: Desk, listeners: Listeners, preview: Preview | None) -> None:
        """`preview`: None where no control plane is connected."""
        self._desk = desk
        self._listeners = listeners
        self._answers = listeners.answers
        self._preview = preview

    def register(self, app: AsyncApp) -> None:
        app.action(re.compile(r"^pull:"))(self.clicked)
        app.view(re.compile(r"^pull:"))(self.filled)

    async def clicked(self, ack: Any, body: Body, action: Body) -> None:
        """The value is `N:P:…` of a pull, or `N:…:CONTROL`; a menu has it in the option that was chosen."""
        what = str(action["action_id"]).split(":")[1]
        value = str(action.get("value") or (action.get("selected_option") or {}).get("value") or "")
        _, _, rest = value.partition(":")
        middle, _, last = rest.partition(":")
        number = number_in(value)
        if what in ("dry", "glass", "value"):
            await ack()
            work = self._dry(body, number, _int(middle)) if what == "dry" else self._form(what, body, number, middle)
            self._answers.later(work)
        elif command := self._command(what, _int(middle), last):
            await self._listeners.clicked(
                ack, body, command, number, f"click:{body['trigger_id']}", shown=what in STANDS
            )
        else:
            await ack()
            self._answers.later(self._answers.show(body, OLD))

    def _command(self, what: str, p: int, last: str) -> c.Command | None:
        match what:
            case "start":
                return c.Pull(last)
            case "confirm" | "agree":
                return c.Confirm(p)
            case "cancel":
                return c.CancelPull(p)
            case "again":
                return c.LookAgain(p)
            case "undo":
                return c.Undo(_int(last) or None)
            case "hand":
                control = self._desk.catalogue.controls.get(last)
                return c.Applied(f"{control.name}, by hand") if control else None
        return None

    async def _dry(self, body: Body, number: int | None, p: int) -> None:
        """An answer to one person who may see the incident; nothing is sent to the plane."""
        try:
            state = await self._desk.state(number or 0)
            if state is None:
                return
            outsiders_stay_out(state, who(body), where(body))
            pull = find(state.pulls, p)
            if pull is None or not pull.steps:
                text = "There is nothing to send yet."
            elif self._preview is None:
                text = "No control plane is connected here, so nothing would be sent."
            else:
                shown = safe((await self._preview(state, pull)).replace("```", "'''"), 2_700)
                text = f"*Dry run*: nothing was sent. {safe(pull.name, 100)} would send\n```{shown}```"
        except StanchError as error:
            text = str(error)
        await self._answers.show(body, text)

    async def _form(self, what: str, body: Body, number: int | None, p: str) -> None:
        await self._listeners.open_for(body, number, glass(p) if what == "glass" else another(_int(p)))

    async def filled(self, ack: Any, body: Body, view: Body) -> None:
        """A reason for breaking the glass (`why`), or another value (`to`)."""
        _, what, rest = [*str(view["callback_id"]).split(":", 2), "", ""][:3]
        filled = forms.values(view)
        command = c.Confirm(_int(rest), filled.get("why", "")) if what == "glass" else c.Pull(rest, filled.get("to"))
        answer = await self._listeners.submitted(ack, body, view, command, "why" if what == "glass" else "to")
        if answer:
            url = forms.metadata(view).get("answer")
            self._answers.later(self._answers.tell(url, **self._listeners.shown(answer)))


def glass(p: str) -> Maker:
    """The form for the one typed reason."""

    def make(catalogue: Catalogue, incident: Incident) -> Block:
        why = b.text_input("why", "Why can it not wait?", many=True, optional=False, longest=500)
        return b.modal(f"pull:glass:{p}", "Break the glass", "Pull it alone", [b.section(GLASS), why])

    return make


def another(p: int) -> Maker:
    """The form for another value: a menu where the file lists them, else a number with its range beside it."""

    def make(catalogue: Catalogue, incident: Incident) -> Block:
        pull = find(incident.pulls, p)
        control = catalogue.controls.get(pull.control) if pull else None
        aim = control.aim(pull.service) if control and pull else None
        id = control.id if control else ""
        label = f"To which value? {control.name}" if control else "To which value?"
        if aim is None:
            field = b.text_input("to", label, optional=False, longest=100)
        elif aim.values.choices and len(aim.values.choices) <= b.OPTIONS:
            options = [b.option(text, text) for one in aim.values.choices if (text := spoken(one, aim.values))]
            field = b.select("to", label, options, optional=False)
        else:
            field = b.text_input("to", label, hint=told(aim.values), optional=False, longest=100)
        return b.modal(f"pull:value:{id}", "Another value", "Show before, after", [field])

    return make


def _int(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
