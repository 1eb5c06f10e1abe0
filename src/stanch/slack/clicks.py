"""Clicks: seats, *Join*, the moves of the card, of *More* and of answers; and the forms behind the moves."""

import contextlib
import re
from typing import Any

from slack_bolt.async_app import AsyncApp

from stanch.core import commands as c
from stanch.core.catalogue import Catalogue
from stanch.core.incident import Incident
from stanch.errors import Unavailable, Wrong
from stanch.flows.desk import Asked, Desk
from stanch.slack import blocks as b, forms
from stanch.slack.answers import Body, number_in, place, where, who
from stanch.slack.directory import Directory
from stanch.slack.listeners import Listeners, opens
from stanch.slack.moves import BY_NAME, Move
from stanch.slack.offer_clicks import OfferClicks
from stanch.slack.public_page import PageClicks
from stanch.slack.pulling import Preview, Pulling
from stanch.slack.walking import Fetch, Walking

LOOKS = ("now", "catchup", "controls")
AGAIN = frozenset(("lever", "runbook", "check", "sample", "undo", "contained", "watch", "still", "slower", "snooze"))
"""Moves that mean something new each time: each click counts by itself, and the state says what it comes to."""


class Clicks:
    def __init__(
        self,
        desk: Desk,
        directory: Directory,
        listeners: Listeners,
        preview: Preview | None = None,
        answer: Fetch | None = None,
    ) -> None:
        """`preview` says what a pull would send, `answer` fetches one that was sampled; None: nothing is connected."""
        self._desk = desk
        self._people = directory
        self._listeners = listeners
        self._answers = listeners.answers
        self.pulling = Pulling(desk, listeners, preview)
        self.walking = Walking(desk, listeners, answer)
        self.paging = PageClicks(listeners)
        self.offers = OfferClicks(listeners)

    def register(self, app: AsyncApp) -> None:
        app.action(re.compile(r"^take_seat:"))(self.take_seat)
        app.action("join")(self.join)
        app.action("let_in")(self.let_in)
        for action, make in (("fill_in", "fill_in"), ("say_update", "update_form"), ("add_note", "note_form")):
            app.action(action)(self._opener(make))
        app.action("more")(self.more)
        app.action(re.compile(r"^do:"))(self.do)
        app.view(re.compile(r"^do:"))(self.filled)
        self.pulling.register(app)
        self.walking.register(app)
        self.paging.register(app)
        self.offers.register(app)

    async def take_seat(self, ack: Any, body: Body, action: Body) -> None:
        await self._clicked(ack, body, action, c.TakeSeat(str(action["action_id"]).partition(":")[2]))

    async def join(self, ack: Any, body: Body, action: Body) -> None:
        await self._clicked(ack, body, action, c.Join())

    async def let_in(self, ack: Any, body: Body, action: Body) -> None:
        user = str(action.get("value") or "").partition(":")[2]
        await self._clicked(ack, body, action, c.LetIn(user))

    def _opener(self, make: str) -> Any:
        async def opened(ack: Any, body: Body, action: Body) -> None:
            await ack()
            number = number_in(action.get("value"))
            self._answers.later(self._listeners.open_for(body, number, self._listeners.forms[make]))

        return opened

    async def more(self, ack: Any, body: Body, action: Body) -> None:
        """The menu of the card: its choices are moves, and looks that answer one person."""
        name, _, rest = str((action.get("selected_option") or {}).get("value") or "").partition(":")
        if name in LOOKS:
            await ack()
            self._answers.later(self._listeners.tell_look(name, body, number_in(rest)))
        else:
            await self._do(name, ack, body, {**action, "value": rest})
        self._answers.later(self._redraw(body, number_in(rest)))

    async def _redraw(self, body: Body, number: int | None) -> None:
        """The menu shows *More* again, or the same choice could not be made twice."""
        token = str(body["trigger_id"])
        with contextlib.suppress(Unavailable):
            await self._desk.ask(Asked(c.Redraw(token), who(body), "button", number, channel=where(body)))

    async def do(self, ack: Any, body: Body, action: Body) -> None:
        await self._do(str(action["action_id"]).partition(":")[2], ack, body, action)

    async def _do(self, name: str, ack: Any, body: Body, action: Body) -> None:
        move, number = BY_NAME.get(name), number_in(action.get("value"))
        if move is None:
            await ack()
            self._answers.later(self._answers.tell(body.get("response_url"), "That button is from an older version."))
        elif name in self._listeners.forms:
            await ack()
            self._answers.later(self._listeners.open_for(body, number, self._listeners.forms[name]))
        elif move.form:
            await ack()
            self._answers.later(self._listeners.open_for(body, number, _maker(move)))
        else:
            assert move.act is not None
            state = await self._desk.state(number or 0)
            command = move.act(state, self._desk.catalogue) if state else c.Mitigate()
            await self._clicked(ack, body, {**action, "action_id": f"do:{name}"}, command, name)

    async def _clicked(self, ack: Any, body: Body, action: Body, command: c.Command, move: str = "") -> None:
        value = str(action.get("value") or "")
        once = f"click:{where(body)}:{place(body)}:{action['action_id']}:{value}:{who(body)}"
        key = f"click:{body['trigger_id']}:{action['action_id']}" if move in AGAIN else once
        await self._listeners.clicked(ack, body, command, number_in(value), key, shown=move == "runbook")

    async def filled(self, ack: Any, body: Body, view: Body) -> None:
        """The form of a move was sent."""
        move = BY_NAME.get(str(view["callback_id"]).partition(":")[2])
        if move is None or move.form is None:
            await ack()
            return
        first = next(str(one["block_id"]) for one in view["blocks"] if one["type"] == "input")
        try:
            command = move.form.read(forms.values(view))
        except Wrong as wrong:
            await ack(response_action="errors", errors={wrong.block: str(wrong)})
            return
        answer = await self._listeners.submitted(ack, body, view, command, first)
        if answer is None:
            return
        about = forms.metadata(view)
        self._answers.later(self._answers.tell(about.get("answer"), **self._listeners.shown(answer)))
        if opens(command, answer, about.get("number")):
            self._answers.later(self._listeners.say_when_open(answer.number, about.get("answer")))


def _maker(move: Move) -> forms.Maker:
    """The form of a move, drawn for an incident as it stands."""

    def make(catalogue: Catalogue, incident: Incident) -> b.Block:
        assert move.form is not None
        return b.modal(f"do:{move.name}", move.form.title, move.form.submit, move.form.fields(incident, catalogue))

    return make
