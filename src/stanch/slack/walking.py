"""Clicks on a runbook and on a sample: one way on, back, judge one answer after the other, count them."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.async_app import AsyncApp

from stanch.core import commands as c
from stanch.core.guards import may_pull
from stanch.core.incident import Incident
from stanch.core.policy import outsiders_stay_out
from stanch.errors import StanchError
from stanch.flows.desk import Asked, Desk
from stanch.slack import forms, sample_view as view
from stanch.slack.answers import Body, number_in, where, who
from stanch.slack.listeners import Listeners

Fetch = Callable[[Incident, str], Awaitable[view.Shown | None]]
"""A sampled answer by its id, redacted; None when it is gone. Raises `StanchError` when it cannot be fetched."""


class Walking:
    def __init__(self, desk: Desk, listeners: Listeners, fetch: Fetch | None) -> None:
        """`fetch`: None where no service is connected."""
        self._desk = desk
        self._listeners = listeners
        self._answers = listeners.answers
        self._fetch = fetch

    def register(self, app: AsyncApp) -> None:
        app.action(re.compile(r"^walk:"))(self.walked)
        app.action(re.compile(r"^sample:judge:"))(self.judged)
        app.action(re.compile(r"^sample:"))(self.sampled)

    async def walked(self, ack: Any, body: Body, action: Body) -> None:
        """The value is `N:STEP` and, for a way on, `:TARGET|LABEL`: what the person saw, whatever stands there now."""
        value = str(action.get("value") or "")
        _, _, rest = value.partition(":")
        step, _, way = rest.partition(":")
        to, _, label = way.partition("|")
        at = int(step) if step.isascii() and step.isdigit() else 0
        command = c.StepBack(at) if action["action_id"] == "walk:back" else c.Choose(at, to, label)
        key = f"click:{body['trigger_id']}"
        # Where it goes over into another class's runbook there is more to say than the room shows.
        shown = not to.startswith("tree:")
        await self._listeners.clicked(ack, body, command, number_in(value), key, shown=shown)

    async def sampled(self, ack: Any, body: Body, action: Body) -> None:
        number, s, _ = _parts(action)
        if action["action_id"] == "sample:end":
            key = f"click:{body['trigger_id']}"
            await self._listeners.clicked(ack, body, c.EndSample(s), number, key, shown=True)
            return
        await ack()
        self._answers.later(self._open(body, number, s))

    async def _open(self, body: Body, number: int | None, s: int) -> None:
        """The form comes at once, as a trigger is good for three seconds; the answer follows into it."""
        user, channel = who(body), where(body)
        try:
            state = await self._desk.state(number or 0)
            if state is None:
                return
            outsiders_stay_out(state, user, channel)
            # What users asked and were told is for those who work on it.
            may_pull(state, user, self._listeners.is_on_call(user, state))
        except StanchError as refusal:
            await self._answers.show(body, str(refusal))
            return
        s = s or next((one.s for one in reversed(state.samples) if one.state == "judging"), 0)
        about = view.metadata(state, s, channel)
        if id := await self._answers.open(body, view.waiting(about)):
            await self._next(id, state, s, user, about)

    async def judged(self, ack: Any, body: Body, action: Body) -> None:
        """A verdict in the form: recorded, then the next answer comes into the same form."""
        number, s, answer = _parts(action)
        user, form = who(body), body["view"]
        verdict = str(action["action_id"]).rpartition(":")[2]
        about = forms.metadata(form)
        asked = Asked(
            c.JudgeAnswer(s, answer, verdict), user, "form", number, f"judge:{number}:{s}:{answer}:{user}",
            channel=about.get("channel"),
        )  # fmt: skip
        try:
            told = await self._listeners.ask(asked)
            said, state = told.say, None if told.refused else await self._desk.state(number or 0)
        except StanchError as error:
            said, state = str(error), None
        await ack()
        packed = str(form.get("private_metadata") or "")
        if state is None or said:
            self._answers.later(self._answers.change(str(form["id"]), view.finished(said, packed)))
        else:
            self._answers.later(self._next(str(form["id"]), state, s, user, packed))

    async def _next(self, id: str, state: Incident, s: int, user: str, about: str) -> None:
        sample = next((one for one in state.samples if one.s == s), None)
        answer = view.next_answer(sample, user) if sample and sample.state == "judging" else None
        if sample is None or answer is None:
            await self._answers.change(id, view.finished("All of them are judged; the room shows the tally.", about))
            return
        try:
            shown = await self._fetch(state, answer) if self._fetch else None
        except StanchError as error:
            await self._answers.change(id, view.finished(str(error), about))
            return
        await self._answers.change(id, view.judging(state.number, sample, answer, shown, about))


def _parts(action: Body) -> tuple[int | None, int, str]:
    """The value is `N:S` or `N:S:ANSWER`."""
    value = str(action.get("value") or "")
    _, _, rest = value.partition(":")
    s, _, answer = rest.partition(":")
    return number_in(value), int(s) if s.isascii() and s.isdigit() else 0, answer
