"""Shortcuts: declare from anywhere, report a problem from a message, put a message into a timeline."""

from collections.abc import Mapping
from typing import Any

from slack_bolt.async_app import AsyncApp

from stanch.core.captures import LONGEST
from stanch.core.policy import sees
from stanch.core.text import clean, cut, one_line
from stanch.flows.desk import Asked, Desk
from stanch.slack import blocks as b, forms
from stanch.slack.answers import Body, number_in, where, who
from stanch.slack.blocks import safe
from stanch.slack.directory import Directory
from stanch.slack.listeners import Listeners
from stanch.slack.words import said

CARRIED = 1_000
"""Characters of a message that travel in a form's metadata: escaped twice as long, and Slack takes 3,000 in all."""
CHOICES = 100


class Shortcuts:
    def __init__(self, desk: Desk, directory: Directory, listeners: Listeners) -> None:
        self._desk = desk
        self._people = directory
        self._listeners = listeners
        self._answers = listeners.answers

    def register(self, app: AsyncApp) -> None:
        app.shortcut("declare")(self.declare)
        app.shortcut("report_problem")(self.report)
        app.shortcut("add_to_timeline")(self.add)
        app.view("add_to_timeline")(self.chosen)

    async def declare(self, ack: Any, body: Body) -> None:
        await ack()
        self._answers.later(self._answers.open(body, forms.declare(self._desk.catalogue, {})))

    async def report(self, ack: Any, body: Body) -> None:
        """The form, filled from the message. Nobody else sees anything of it until it is sent."""
        await ack()
        message = self._message(body)
        name = (body.get("channel") or {}).get("name")
        hidden = name in (None, "directmessage", "privategroup") or str(name).startswith("mpdm-")
        shared = "this conversation" if hidden else f"#{name}"
        private = shared == "this conversation"
        source = f"From a message of {self._people.name(message['author'])} in {shared}."
        if private:
            source += " Others see of it only what you leave in the form."
        lines = message["text"].strip().splitlines() or [""]
        filled = {"title": one_line(lines[0]), "impact": cut(message["text"], 2_900), "said": safe(source, 500)}
        # A message that everybody can read is the first evidence; what was said in private is left out.
        metadata = {"answer": body.get("response_url"), "message": None if private else carried(message)}
        self._answers.later(self._answers.open(body, forms.declare(self._desk.catalogue, metadata, filled)))

    async def add(self, ack: Any, body: Body) -> None:
        """In an incident's room the message goes into its timeline; elsewhere it is asked which one is meant."""
        message, user, channel = self._message(body), who(body), where(body)
        number = await self._desk.of_room(channel or "")
        if number is None:
            await ack()
            self._answers.later(self._ask_which(body, message))
            return
        capture = forms.message(message, user)
        assert capture is not None
        key = f"pin:{channel}:{capture.ts}:{user}"
        answer = await self._desk.ask(Asked(capture, user, "shortcut", number, key, channel=channel))
        await ack()
        self._answers.later(self._answers.tell(body.get("response_url"), answer.say))

    async def _ask_which(self, body: Body, message: Mapping[str, str]) -> None:
        user = who(body)
        known = [i for i in await self._desk.open_incidents(CHOICES) if sees(i, user)]
        if not known:
            await self._answers.tell(body.get("response_url"), "No incident is open. `/incident declare` opens one.")
            return
        options = [b.option(f"{i.name} · {cut(i.title, 60)}", str(i.number)) for i in known]
        blocks = [
            b.select("number", "Into which timeline?", options, initial=options[0]["value"], optional=False),
            b.context(f"“{safe(cut(message['text'], 300), 600)}”"),
        ]
        metadata = forms.packed({"message": carried(message), "answer": body.get("response_url")})
        await self._answers.open(body, b.modal("add_to_timeline", "Add to timeline", "Add it", blocks, metadata))

    async def chosen(self, ack: Any, body: Body, view: Body) -> None:
        about, number = forms.metadata(view), number_in(forms.values(view).get("number"))
        capture = forms.message(about.get("message"), who(body))
        if capture is None or number is None:
            await ack()
            return
        answer = await self._listeners.submitted(ack, body, view, capture, "number", number=number)
        if answer:
            self._answers.later(self._answers.tell(about.get("answer"), answer.say))

    def _message(self, body: Body) -> dict[str, str]:
        message, channel = body.get("message") or {}, str(where(body))
        text = clean(said(message, self._people.name), LONGEST)
        ts, thread = str(message.get("ts") or ""), message.get("thread_ts")
        return {
            "channel": channel,
            "ts": ts,
            "author": str(message.get("user") or message.get("bot_id") or ""),
            "text": text,
            "link": self._people.permalink(channel, ts, str(thread or "")),
        }


def carried(message: Mapping[str, str]) -> dict[str, str]:
    return {**message, "text": cut(message["text"], CARRIED)}
