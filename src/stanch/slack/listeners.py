"""What Slack tells us: commands, clicks, forms, events. Each is committed before it is acknowledged."""

import asyncio
import json
import logging
import re
from collections.abc import Coroutine, Mapping
from datetime import UTC, datetime
from typing import Any

from slack_bolt.async_app import AsyncApp

from stanch.core import commands as c
from stanch.core.course import NOW
from stanch.core.policy import has_part, outsiders_stay_out
from stanch.core.text import cut, one_line
from stanch.errors import Refusal, StanchError, Unavailable
from stanch.flows.desk import Answer, Asked, Desk
from stanch.slack import blocks as b
from stanch.slack import forms
from stanch.slack.client import Slack, SlackFault
from stanch.slack.commands import Look, helped, take_apart
from stanch.slack.directory import Directory
from stanch.slack.render import Render
from stanch.slack.words import Words, plain

logger = logging.getLogger("stanch.slack")
PATIENCE = 25.0
"""Seconds for which somebody is told by answer that the room stands; later they find the invitation."""
Body = Mapping[str, Any]


class Listeners:
    def __init__(self, desk: Desk, slack: Slack, directory: Directory, render: Render) -> None:
        self._desk = desk
        self._slack = slack
        self._people = directory
        self._render = render
        self._tasks: set[asyncio.Task[None]] = set()

    def register(self, app: AsyncApp) -> None:
        app.command("/incident")(self.command)
        app.action(re.compile(r"^take_seat:"))(self.take_seat)
        app.action("join")(self.join)
        app.action("open_another")(self.open_another)
        for action in ("fill_in", "say_update", "add_note"):
            app.action(action)(self.open_form)
        app.action("more")(self.more)
        app.view("declare")(self.declare)
        app.view("fill_in")(self.fill_in)
        app.view("say_update")(self.texted)
        app.view("add_note")(self.texted)
        app.error(self.failed)

    async def command(self, ack: Any, body: Body) -> None:
        try:
            await self._command(ack, body)
        except (Refusal, Unavailable) as refusal:
            await ack(text=str(refusal), response_type="ephemeral")

    async def _command(self, ack: Any, body: Body) -> None:
        user, channel = str(body["user_id"]), str(body["channel_id"])
        typed = take_apart(str(body.get("text") or ""))
        if typed.verb is None:
            number = await self._desk.of_room(channel)
            await ack(response_type="ephemeral", **await self._bare(number, user, channel))
            return
        words = Words(typed.text, typed.verb.usage, self._people.name, self._find, user, datetime.now(UTC).date())
        asked = typed.verb.read(words)
        number = typed.number
        if number is None and typed.verb.needs_incident:
            number = await self._desk.of_room(channel)
            if number is None:
                raise Refusal(f"Which incident? `/incident N {typed.verb.usage}`, or without N in its room.")
        if isinstance(asked, Look):
            await self._look(ack, asked, body, number)
            return
        key = f"command:{body['trigger_id']}"
        answer = await self._desk.ask(Asked(asked, user, "slash", number, key, channel=channel))
        await ack(response_type="ephemeral", **self._answered(answer, asked))
        if isinstance(asked, c.Declare) and not answer.refused and not answer.twin:
            self._later(self._say_when_open(answer.number, body.get("response_url")))

    def _answered(self, answer: Answer, asked: c.Command) -> dict[str, Any]:
        if not answer.twin or not isinstance(asked, c.Declare):
            return {"text": cut(answer.say, 3_900)}
        another = b.button("Open another", "open_another", json.dumps({"title": one_line(asked.title)}))
        return {"text": answer.say, "blocks": [b.section(answer.say), b.actions([another])]}

    async def _bare(self, number: int | None, user: str, channel: str | None) -> dict[str, Any]:
        state = await self._desk.state(number) if number is not None else None
        if state is None or (state.restricted and not has_part(state, user, channel)):
            return {"text": self._render.listing(await self._desk.open_incidents(), user)}
        message = self._render.now(state, NOW[state.phase])
        return {"text": message.text, "blocks": message.blocks}

    async def _look(self, ack: Any, look: Look, body: Body, number: int | None) -> None:
        user = str(body["user_id"])
        if look.what == "declare_form":
            await ack()
            self._later(self._open(body, forms.declare(self._desk.catalogue, {"answer": body.get("response_url")})))
            return
        if look.what.endswith("_form"):
            await ack()
            make = forms.update if look.what == "update_form" else forms.note
            self._later(self._open_for(body, number, make))
            return
        match look.what:
            case "list":
                text = self._render.listing(await self._desk.open_incidents(), user)
            case "help":
                text = helped(look.verb)
            case _:
                state, latest = await self._desk.latest(number or 0, 10)
                if state is None:
                    raise Refusal(f"There is no INC-{number}. `/incident list` shows those that are open.")
                text = self._render.details(state, latest, user, str(body["channel_id"]))
        await ack(text=text, response_type="ephemeral")

    def _find(self, wanted: str) -> str | None:
        person = self._people.person(wanted)
        return person.id if person and person.here else None

    async def _open_for(self, body: Body, number: int | None, make: Any) -> None:
        state = self._desk.seen(number or 0) or await self._desk.state(number or 0)
        if state is None:
            return
        user, channel = _who(body), _where(body)
        try:
            outsiders_stay_out(state, user, channel)
        except Refusal as refusal:
            await self._tell(body.get("response_url"), str(refusal))
        else:
            await self._open(body, make(state) | {"private_metadata": forms.about(state, channel)})

    async def _open(self, body: Body, view: b.Block) -> None:
        """At most once: a trigger is good for one form and three seconds."""
        try:
            await self._slack.call("views.open", trigger_id=body["trigger_id"], view=view)
        except SlackFault as fault:
            logger.warning("form.not_opened", extra={"error": str(fault)})
            await self._tell(body.get("response_url"), "The form could not be opened. Please try once more.")

    async def take_seat(self, ack: Any, body: Body, action: Body) -> None:
        await self._clicked(ack, body, action, c.TakeSeat(str(action["action_id"]).partition(":")[2]))

    async def join(self, ack: Any, body: Body, action: Body) -> None:
        await self._clicked(ack, body, action, c.Join())

    async def more(self, ack: Any, body: Body, action: Body) -> None:
        what, _, rest = str((action.get("selected_option") or {}).get("value") or "").partition(":")
        number = _number(rest)
        if what == "export":
            await self._clicked(ack, body, {**action, "value": rest}, c.Export(("md", "json")))
            return
        await ack()
        now = await self._bare(number, str(body["user"]["id"]), _where(body))
        self._later(self._tell(body.get("response_url"), **now))

    async def _clicked(self, ack: Any, body: Body, action: Body, command: c.Command) -> None:
        value, user = str(action.get("value") or ""), str(body["user"]["id"])
        key = f"click:{(body.get('channel') or {}).get('id')}:{_place(body)}:{action['action_id']}:{value}:{user}"
        try:
            answer = await self._desk.ask(Asked(command, user, "button", _number(value), key, channel=_where(body)))
        except Unavailable as away:
            answer = Answer(str(away))
        await ack()
        self._later(self._tell(body.get("response_url"), answer.say))

    async def open_another(self, ack: Any, body: Body, action: Body) -> None:
        user = str(body["user"]["id"])
        title = str(json.loads(str(action["value"]))["title"])
        asked = Asked(c.Declare(0, title), user, "button", key=f"another:{_place(body)}:{user}")
        answer = await self._desk.ask(asked, even_if_twin=True)
        await ack()
        self._later(self._tell(body.get("response_url"), answer.say))
        self._later(self._say_when_open(answer.number, body.get("response_url")))

    async def open_form(self, ack: Any, body: Body, action: Body) -> None:
        await ack()
        make = {"fill_in": self._fill_in_form, "say_update": forms.update, "add_note": forms.note}[action["action_id"]]
        self._later(self._open_for(body, _number(str(action.get("value") or "")), make))

    def _fill_in_form(self, state: Any) -> b.Block:
        return forms.fill_in(self._desk.catalogue, state)

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
        )
        answer = await self._submitted(ack, body, view, command, None, "title")
        if answer:
            self._later(self._say_when_open(answer.number, about.get("answer")))

    async def fill_in(self, ack: Any, body: Body, view: Body) -> None:
        facts = tuple((forms.FACTS[k], v) for k, v in forms.values(view).items() if k in forms.FACTS)
        await self._submitted(ack, body, view, c.FillIn(facts), forms.metadata(view).get("number"), "title")

    async def texted(self, ack: Any, body: Body, view: Body) -> None:
        text = forms.values(view).get("text", "")
        command = c.SayUpdate(text) if view["callback_id"] == "say_update" else c.Note(text)
        await self._submitted(ack, body, view, command, forms.metadata(view).get("number"), "text")

    async def _submitted(
        self, ack: Any, body: Body, view: Body, command: c.Command, number: int | None, block: str
    ) -> Answer | None:
        """What was filled in stays in the form when it cannot be taken; the words stand beside the field."""
        channel = forms.metadata(view).get("channel")
        asked = Asked(command, str(body["user"]["id"]), "form", number, f"form:{view['id']}", channel=channel)
        try:
            answer = await self._desk.ask(asked, even_if_twin=True)
        except Unavailable as away:
            answer = Answer(str(away), refused=True)
        if answer.refused:
            await ack(response_action="errors", errors={block: plain(answer.say, self._people.name)})
            return None
        await ack()
        return answer

    async def _say_when_open(self, number: int | None, response_url: Any) -> None:
        state = await self._desk.opened(number or 0, PATIENCE)
        if state and state.room:
            await self._tell(response_url, f"{state.name} is open: <#{state.room}>")

    async def _tell(self, response_url: Any, text: str = "", **more: Any) -> None:
        """An answer: to one person, at most once."""
        if not response_url or not text:
            return
        try:
            await self._slack.answer(
                str(response_url), text=cut(text, 3_900), response_type="ephemeral", replace_original=False, **more
            )
        except SlackFault as fault:
            logger.info("answer.lost", extra={"error": str(fault)})

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def failed(self, error: Exception, body: Body) -> None:
        """An edge: whatever went wrong, the person is told, and the log has it."""
        logger.error("interaction.failed", exc_info=error)
        words = (
            str(error)
            if isinstance(error, StanchError)
            else "That went wrong on my side, and is in my log. Please try again."
        )
        await self._tell(body.get("response_url"), words)


def _who(body: Body) -> str:
    """Commands name the user flat, clicks as an object."""
    user = body.get("user")
    return str(user["id"] if isinstance(user, Mapping) else body.get("user_id"))


def _place(body: Body) -> Any:
    """The message that was clicked; what is in no message has its trigger."""
    return (body.get("container") or {}).get("message_ts") or body.get("trigger_id")


def _where(body: Body) -> str | None:
    channel = body.get("channel")
    found = channel.get("id") if isinstance(channel, Mapping) else body.get("channel_id")
    return str(found) if found else None


def _number(value: str) -> int | None:
    head = value.partition(":")[0]
    return int(head) if head.isascii() and head.isdigit() and len(head) <= 9 else None
