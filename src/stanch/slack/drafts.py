"""What people do about words for others: *Draft update*, a draft's buttons, the holding line, subscribing."""

import asyncio
import re
from collections.abc import Mapping
from typing import Any

from slack_bolt.async_app import AsyncApp

from stanch.core import draft_commands as c
from stanch.core.cadence import interval
from stanch.core.catalogue import Catalogue
from stanch.core.command import Command
from stanch.core.incident import Incident
from stanch.core.prose import warnings
from stanch.core.spoken import ROOM, STATUS_PAGE
from stanch.errors import Unavailable
from stanch.flows.desk import Answer, Asked, Desk
from stanch.slack import forms
from stanch.slack.answers import Body, number_in, where, who
from stanch.slack.blocks import Block
from stanch.slack.directory import Directory
from stanch.slack.draft_forms import CHANGED, USERS, DraftForms, Typed, chosen, mark, notice, same_line
from stanch.slack.listeners import Listeners
from stanch.slack.texts import Texts
from stanch.store.templates import Templates


class Drafts:
    def __init__(self, desk: Desk, directory: Directory, listeners: Listeners, templates: Templates) -> None:
        self._desk = desk
        self._people = directory
        self._listeners = listeners
        self._texts = Texts(templates, desk.catalogue, directory)
        self._forms = DraftForms(self._texts, lambda: desk.clock())
        listeners.forms |= {"update_form": self._forms.update, "holding": self._forms.holding}

    def register(self, app: AsyncApp) -> None:
        # A form has three seconds, and the files are many.
        asyncio.get_running_loop().run_in_executor(None, self._texts.ready)
        app.view("say_update")(self.say)
        app.view("edit_draft")(self.edited)
        app.view("holding")(self.hold)
        app.action(re.compile(r"^draft:"))(self.clicked)
        app.action("subscribe")(self.subscribe)

    async def say(self, ack: Any, body: Body, view: Body) -> None:
        """The form was sent. What it is warned of comes back once; the second time it goes as it is."""
        filled, about = forms.values(view), forms.metadata(view)
        ticked = chosen(view, "audiences")
        ticked = (ROOM,) if ticked is None else ticked
        text, audiences = filled.get("text", ""), tuple(one for one in ticked if one != USERS)
        public = _for_users(text, filled.get("public", ""), audiences, about) if USERS in ticked else ""
        state = None if about.get("warned") else await self._known(about)
        if state:
            said = self.warned(state, text if audiences else "", audiences, public)
            if said:
                typed = Typed(text, filled.get("public", ""), ticked, said)
                form = self._forms.update(self._desk.catalogue, state, typed)
                await _again(ack, form, about)
                return
        command = c.Say(text, audiences, public)
        answer = await self._listeners.submitted(ack, body, view, command, "text")
        if answer and (public or audiences != (ROOM,)):
            self._listeners.answers.later(self._listeners.answers.tell(about.get("answer"), answer.say))

    async def _known(self, about: Mapping[str, Any]) -> Incident | None:
        """The incident that a form is about, good enough to look at its words; None when it cannot be read now."""
        number = number_in(about.get("number")) or 0
        try:
            return self._desk.seen(number) or await self._desk.state(number)
        except Unavailable:
            return None

    def warned(self, i: Incident, text: str, audiences: tuple[str, ...], public: str) -> tuple[str, ...]:
        """Everything to look at once more; what is for users is judged by itself."""
        commander = self._people.name(i.commander)
        people = [self._people.name(user) for user in (i.declared_by, *i.seats.values())]
        over = not i.is_open
        inside = [one for one in people if one != commander]
        found = (
            warnings(text, names=inside, may_name=commander, over=over, next_said=not self._promised(i, audiences))
            if text
            else ()
        )
        later = not self._promised(i, (STATUS_PAGE,))
        outside = warnings(public, public=True, names=people, over=over, next_said=later) if public else ()
        return (*found, *(f"For users: {one[0].lower()}{one[1:]}" for one in outside if public != text or not found))

    def _promised(self, i: Incident, audiences: tuple[str, ...]) -> bool:
        """Whether words to these have to say when the next come. In the room the message says it by itself."""
        known = self._desk.catalogue
        if i.severity is None:
            return True
        return any(interval(i, known, one) is not None for one in audiences if one != ROOM)

    async def clicked(self, ack: Any, body: Body, action: Body) -> None:
        name, value = str(action["action_id"]).partition(":")[2], str(action.get("value") or "")
        number, d = number_in(value), number_in(value.partition(":")[2]) or 0
        if name == "edit":
            await ack()
            self._listeners.answers.later(self._listeners.open_for(body, number, self._editor(d)))
            return
        command: Command = c.ApproveDraft(d) if name == "approve" else c.DiscardDraft(d)
        # Each click counts: who was refused may have taken the seat since.
        key = f"click:{body['trigger_id']}:{action['action_id']}"
        await self._listeners.clicked(ack, body, command, number, key, shown=True)

    def _editor(self, d: int) -> forms.Maker:
        def make(catalogue: Catalogue, i: Incident) -> Block:
            draft = i.spoken.draft(d)
            return self._forms.edit(i, d, draft.text) if draft else notice(f"{i.name} has no draft {d}.")

        return make

    async def edited(self, ack: Any, body: Body, view: Body) -> None:
        about, text = forms.metadata(view), forms.values(view).get("text", "")
        d = number_in(about.get("d")) or 0
        state = None if about.get("warned") else await self._known(about)
        if state and text:
            people = [self._people.name(user) for user in (state.declared_by, *state.seats.values())]
            if said := warnings(
                text,
                public=True,
                names=people,
                over=not state.is_open,
                next_said=not self._promised(state, (STATUS_PAGE,)),
            ):
                await _again(ack, self._forms.edit(state, d, text, said), about)
                return
        await self._listeners.submitted(ack, body, view, c.EditDraft(d, text), "text")

    async def hold(self, ack: Any, body: Body, view: Body) -> None:
        """The words that were shown are those that go out; a refusal stands where they stood."""
        about = forms.metadata(view)
        told = {key: str(about.get(key) or "") for key in ("text", "template", "approved")}
        command = c.SendHolding(**told, by_legal=about.get("legal") is True)
        key, number = f"form:{view['id']}", number_in(about.get("number"))
        try:
            # As it is now: another replica may have changed the class since the form was opened.
            state = await self._desk.state(number or 0)
            found = self._texts.holding(state, self._desk.clock()) if state else None
            if state and (found is None or not same_line(found[0], told, command.by_legal)):
                await ack(response_action="update", view=notice(CHANGED))
                return
            answer = await self._listeners.ask(
                Asked(command, who(body), "form", number, key, channel=about.get("channel"))
            )
        except Unavailable as away:
            answer = Answer(str(away), refused=True)
        if answer.refused:
            await ack(response_action="update", view=notice(answer.say))
            return
        await ack()
        self._listeners.answers.later(self._listeners.answers.tell(about.get("answer"), answer.say))

    async def subscribe(self, ack: Any, body: Body, action: Body) -> None:
        number = number_in(action.get("value"))
        key = f"click:{body['trigger_id']}:subscribe"
        try:
            answer = await self._listeners.ask(
                Asked(c.Subscribe(), who(body), "button", number, key, channel=where(body))
            )
        except Unavailable as away:
            answer = Answer(str(away))
        await ack()
        self._listeners.answers.later(self._listeners.answers.show(body, answer.say))


def _for_users(text: str, public: str, audiences: tuple[str, ...], about: Mapping[str, Any]) -> str:
    """They have a field of their own. For users alone somebody may have bettered the one above instead."""
    was = about.get("filled")
    filled = was if isinstance(was, list) and len(was) == 2 else ["", ""]
    elsewhere = not audiences and mark(public) == filled[1] and mark(text) != filled[0]
    return text if elsewhere or not public.strip() else public


async def _again(ack: Any, form: Block, about: dict[str, Any]) -> None:
    """The form once more, with what was typed; it goes through the next time."""
    await ack(response_action="update", view=form | {"private_metadata": forms.packed(about | {"warned": True})})
