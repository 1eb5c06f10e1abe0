"""What Slack tells us by command and by form. Each is committed before it is acknowledged."""

import json
import logging
from datetime import UTC, datetime
from typing import Any

from slack_bolt.async_app import AsyncApp

from stanch.core import commands as c
from stanch.core.incident import Incident
from stanch.core.policy import outsiders_stay_out, sees
from stanch.core.text import cut, one_line
from stanch.errors import Refusal, StanchError, Unavailable
from stanch.flows.desk import Answer, Asked, Desk
from stanch.flows.on_call import OnCall
from stanch.slack import blocks as b, forms, oncall_list
from stanch.slack.answers import Answers, Body, number_in, place, where, who
from stanch.slack.client import Slack
from stanch.slack.commands import Look, helped, take_apart
from stanch.slack.control_list import Stands
from stanch.slack.directory import Directory
from stanch.slack.lists import LISTED
from stanch.slack.on_call import is_on_call, marked
from stanch.slack.render import Render
from stanch.slack.words import Words, plain

logger = logging.getLogger("stanch.slack")
PATIENCE = 25.0
"""Seconds for which somebody is told by answer that the room stands; later they find the invitation."""


class Listeners:
    def __init__(
        self,
        desk: Desk,
        slack: Slack,
        directory: Directory,
        render: Render,
        stands: Stands | None = None,
        on_call: OnCall | None = None,
    ) -> None:
        """`stands` asks the control planes; None: nothing is connected. `on_call`: None, there are the file's rotas."""
        self._on_call = on_call or OnCall(desk.catalogue, directory)
        self._desk = desk
        self._stands = stands
        self._people = directory
        self._render = render
        self.answers = Answers(slack)
        self.forms = dict(FORMS)
        """Forms about an incident by name; other parts add theirs."""

    def register(self, app: AsyncApp) -> None:
        app.command("/incident")(self.command)
        app.action("open_another")(self.open_another)
        app.view("declare")(self.declare)
        app.view("fill_in")(self.fill_in)
        app.view("add_note")(self.texted)

    async def command(self, ack: Any, body: Body) -> None:
        try:
            await self._command(ack, body)
        except Refusal as refusal:
            await ack(response_type="ephemeral", **self.shown(Answer(str(refusal), offers=refusal.offers)))
        except Unavailable as away:
            await ack(text=str(away), response_type="ephemeral")

    async def _command(self, ack: Any, body: Body) -> None:
        user, channel = str(body["user_id"]), str(body["channel_id"])
        typed = take_apart(str(body.get("text") or ""))
        if typed.verb is None:
            number = await self._desk.about(channel)
            await ack(response_type="ephemeral", **await self.bare(number, user, channel))
            return
        words = Words(typed.text, typed.verb.usage, self._people.name, self._find, user, datetime.now(UTC).date())
        asked = typed.verb.read(words)
        number = typed.number
        if number is None and typed.verb.needs_incident:
            number = await self._desk.about(channel)
            if number is None:
                raise Refusal(f"Which incident? `/incident N {typed.verb.usage}`, or without N in its room.")
        if isinstance(asked, Look):
            await self._look(ack, asked, body, number)
            return
        key = f"command:{body['trigger_id']}"
        answer = await self.ask(Asked(asked, user, "slash", number, key, channel=channel))
        await ack(response_type="ephemeral", **self.shown(answer, asked))
        if opens(asked, answer, number):
            self.answers.later(self.say_when_open(answer.number, body.get("response_url")))

    async def ask(self, asked: Asked) -> Answer:
        """Decide and commit what somebody asked, as who they are to this service. Raises `Unavailable`."""
        return await self._desk.ask(
            await marked(asked, self._desk, self._people, self._on_call), even_if_twin=asked.source == "form"
        )

    def is_on_call(self, user: str, state: Incident) -> bool:
        return is_on_call(user, state, self._desk, self._people, self._on_call)

    async def clicked(
        self, ack: Any, body: Body, command: c.Command, number: int | None, key: str, *, shown: bool = False
    ) -> None:
        """A click: committed, acknowledged, then answered. `key` names it, so that a second delivery is the same.

        `shown`: a message of the room shows what comes of it, so that who clicks there is told only of a refusal.
        """
        try:
            answer = await self.ask(Asked(command, who(body), "button", number, key, channel=where(body)))
        except Unavailable as away:
            answer = Answer(str(away))
        await ack()
        state = self._desk.seen(number or 0) if shown and not (answer.refused or answer.offers) else None
        if state is None or state.room is None or state.room != where(body):
            self.answers.later(self.answers.show(body, **self.shown(answer)))

    def shown(self, answer: Answer, asked: c.Command | None = None) -> dict[str, Any]:
        """An answer with what can be done next as buttons."""
        text = cut(answer.say, 2_900)
        if answer.twin and isinstance(asked, c.Declare):
            title = json.dumps({"title": one_line(asked.title)})
            buttons = [b.button("Open another", "open_another", title)]
            return {"text": text, "blocks": [b.section(text), b.actions(buttons)]}
        state = self._desk.seen(answer.number) if answer.offers and answer.number else None
        names = self._render.possible(state, answer.offers) if state else answer.offers
        if not names or answer.number is None:
            return {"text": text}
        message = self._render.with_buttons(text, names, f"{answer.number}:answer")
        return {"text": message.text, "blocks": list(message.blocks)}

    async def bare(self, number: int | None, user: str, channel: str | None) -> dict[str, Any]:
        """What can be done now; outside a room, or for outsiders, the list."""
        state = await self._desk.state(number) if number is not None else None
        if state is None or not sees(state, user, channel):
            return {"text": self._render.listing(await self._desk.open_incidents(LISTED + 1), user)}
        message = self._render.now(state)
        return {"text": message.text, "blocks": list(message.blocks)}

    async def _look(self, ack: Any, look: Look, body: Body, number: int | None) -> None:
        user, channel = str(body["user_id"]), str(body["channel_id"])
        if look.what == "declare_form":
            await ack()
            form = forms.declare(self._desk.catalogue, {"answer": body.get("response_url")})
            self.answers.later(self.answers.open(body, form))
            return
        if look.what.endswith("_form"):
            await ack()
            self.answers.later(self.open_for(body, number, self.forms[look.what]))
            return
        if look.what in ("controls", "oncall"):
            # Others are asked for it, and no acknowledgement waits for those.
            await ack()
            self.answers.later(self.tell_look(look.what, body, number, look.verb))
            return
        answer = await self.looked(look.what, look.verb, number, user, channel)
        await ack(response_type="ephemeral", **answer)

    async def tell_look(self, what: str, body: Body, number: int | None, verb: str = "") -> None:
        """The answer to a look whose acknowledgement is given."""
        user, channel = who(body), where(body)
        try:
            bare = what == "now"
            shown = await (self.bare(number, user, channel) if bare else self.looked(what, verb, number, user, channel))
        except (Refusal, Unavailable) as refusal:
            shown = {"text": str(refusal)}
        await self.answers.tell(body.get("response_url"), **shown)

    async def looked(self, what: str, verb: str, number: int | None, user: str, channel: str | None) -> dict[str, Any]:
        """The answer to one of the looks. Raises `Refusal` when there is no such incident."""
        if what == "list":
            return {"text": self._render.listing(await self._desk.open_incidents(LISTED + 1), user)}
        if what == "help":
            return {"text": helped(verb)}
        if what == "oncall":
            known, now = self._desk.catalogue, datetime.now(UTC)
            return {"text": await oncall_list.listed(known, self._people, self._on_call, verb, now)}
        state, last = await self._desk.latest(number or 0, 40)
        # A reminder is no news.
        latest = [one for one in last if one.kind != "reminded"][-10:]
        if state is None:
            raise Refusal(f"There is no INC-{number}. `/incident list` shows those that are open.")
        if what == "catchup":
            message = self._render.catchup(state, latest, user, channel)
            return {"text": message.text, "blocks": list(message.blocks)}
        if what == "controls" and sees(state, user, channel):
            message = self._render.controls(state, await self._stands(state) if self._stands else None)
            return {"text": message.text, "blocks": list(message.blocks)}
        text = self._render.details(state, latest, user, channel)
        return (
            {"text": text} if sees(state, user, channel) else self.shown(Answer(text, number, offers=("ask_to_join",)))
        )

    def _find(self, wanted: str) -> str | None:
        person = self._people.person(wanted)
        return person.id if person and person.here else None

    async def open_for(self, body: Body, number: int | None, make: forms.Maker) -> None:
        """Open a form about an incident for somebody who may see it."""
        state = self._desk.seen(number or 0)
        if state is None or state.restricted:
            # Who may see it can have changed on another replica.
            state = await self._desk.state(number or 0)
        if state is None:
            await self.answers.tell(body.get("response_url"), f"There is no INC-{number}.")
            return
        user, channel = who(body), where(body)
        try:
            outsiders_stay_out(state, user, channel)
        except Refusal as refusal:
            shown = self.shown(Answer(str(refusal), number, offers=refusal.offers))
            await self.answers.tell(body.get("response_url"), **shown)
            return
        view = make(self._desk.catalogue, state)
        about = forms.about(state, channel, body.get("response_url"), view)
        await self.answers.open(body, view | {"private_metadata": about})

    async def open_another(self, ack: Any, body: Body, action: Body) -> None:
        user = str(body["user"]["id"])
        title = str(json.loads(str(action["value"]))["title"])
        asked = Asked(c.Declare(0, title), user, "button", key=f"another:{place(body)}:{user}")
        answer = await self._desk.ask(asked, even_if_twin=True)
        await ack()
        self.answers.later(self.answers.tell(body.get("response_url"), answer.say))
        self.answers.later(self.say_when_open(answer.number, body.get("response_url")))

    async def declare(self, ack: Any, body: Body, view: Body) -> None:
        filled, about = forms.values(view), forms.metadata(view)
        command = c.Declare(
            0,
            filled.get("title", ""),
            klass=filled.get("class"),
            severity=filled.get("severity"),
            service=filled.get("service"),
            impact=filled.get("impact", ""),
            private="private" in filled,
            signal=str(about.get("signal") or ""),
            message=forms.message(about.get("message"), who(body)),
        )
        answer = await self.submitted(ack, body, view, command, "title")
        if answer and answer.twin:
            self.answers.later(self.answers.tell(about.get("answer"), answer.say))
        elif answer:
            self.answers.later(self.say_when_open(answer.number, about.get("answer")))

    async def fill_in(self, ack: Any, body: Body, view: Body) -> None:
        facts = tuple((forms.FACTS[k], v) for k, v in forms.values(view).items() if k in forms.FACTS)
        await self.submitted(ack, body, view, c.FillIn(facts), "title")

    async def texted(self, ack: Any, body: Body, view: Body) -> None:
        await self.submitted(ack, body, view, c.Note(forms.values(view).get("text", "")), "text")

    async def submitted(
        self, ack: Any, body: Body, view: Body, command: c.Command, block: str, number: int | None = None
    ) -> Answer | None:
        """What was filled in stays in the form when it cannot be taken; the words stand beside the field.

        `number`: the incident, if the form's metadata does not say it.
        """
        about = forms.metadata(view)
        number = number_in(about.get("number")) if number is None else number
        asked = Asked(
            command, who(body), "form", number, f"form:{view['id']}", channel=about.get("channel"),
            delivery=f"form:{view['id']}:{body.get('trigger_id')}",
        )  # fmt: skip
        try:
            answer = await self.ask(asked)
        except Unavailable as away:
            answer = Answer(str(away), refused=True)
        if answer.refused:
            await ack(response_action="errors", errors={block: plain(answer.say, self._people.name).replace("`", "")})
            return None
        await ack()
        return answer

    async def say_when_open(self, number: int | None, response_url: Any) -> None:
        state = await self._desk.opened(number or 0, PATIENCE)
        if state and state.room:
            await self.answers.tell(response_url, f"{state.name} is open: <#{state.room}>")

    async def failed(self, error: Exception, body: Body) -> None:
        """An edge: whatever went wrong, the person is told, and the log has it."""
        logger.error("interaction.failed", exc_info=error)
        words = (
            str(error)
            if isinstance(error, StanchError)
            else "That went wrong on my side, and is in my log. Please try again."
        )
        await self.answers.tell(body.get("response_url"), words)


FORMS: dict[str, forms.Maker] = {"note_form": forms.note, "fill_in": forms.fill_in}


def opens(asked: c.Command, answer: Answer, number: int | None) -> bool:
    """Whether a new incident opens now: a declaration, or a reopening that came too late for the old one."""
    new = isinstance(asked, c.Declare) or (isinstance(asked, c.Reopen) and answer.number != number)
    return new and not answer.refused and not answer.twin
