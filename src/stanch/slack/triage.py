"""The triage channel: each group of alerts has one message there, and *Declare* opens the form filled from it."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from slack_bolt.async_app import AsyncApp
from sqlalchemy import Connection

from stanch.core import commands as c
from stanch.core.incident import Incident
from stanch.flows.deliver import Buried, Cancelled, Done, Outcome
from stanch.flows.desk import Desk
from stanch.flows.signals import behind, known, report
from stanch.slack import forms
from stanch.slack.alerts import draw, form_facts as form_facts, hidden, stub
from stanch.slack.answers import Answers, Body
from stanch.slack.client import Slack, SlackFault
from stanch.slack.gateway import Kit
from stanch.slack.once import post_once
from stanch.slack.phrases import Message
from stanch.store import signals as store
from stanch.store.outbox import Owed
from stanch.store.signals import Record


class Triage:
    """`channel` is the name or id of the triage channel; empty: alerts are kept and shown nowhere."""

    def __init__(self, desk: Desk, slack: Slack, channel: str) -> None:
        self._desk = desk
        self._answers = Answers(slack)
        self._channel = channel

    def register(self, app: AsyncApp) -> None:
        app.action("declare_signal")(self.declare)

    async def declare(self, ack: Any, body: Body, action: Body) -> None:
        """The button carries what the form is filled with: nothing is asked of the database for it."""
        await ack()
        facts = _carried(str(action.get("value") or ""))
        about = {"signal": facts.pop("signal", ""), "answer": body.get("response_url")}
        self._answers.later(self._answers.open(body, forms.declare(self._desk.catalogue, about, facts)))

    async def show(self, kit: Kit, incident: Incident | None, owed: Owed) -> Outcome:
        """Post the message of this episode, or bring it up to date. One that was deleted by hand stays deleted."""
        key = str(owed.payload["signal"])
        found = await known(kit.desk, key)
        if found is None:
            return Cancelled("nobody knows this alert any more")
        record, holder = found
        reports = _reports(record, holder, owed)
        message = draw(record, holder, kit.desk.catalogue)
        shown = _digest(message)
        hushes = holder is not None and bool(record.former) and hidden(holder, kit.desk.catalogue)
        if holder is not None and hushes:
            await _hush(kit, record, stub(holder))
        # After an unclear or a late try the message may show more than is recorded: then it is sent in any case.
        unsure = owed.ambiguous or owed.late
        if record.gone or (record.ts is not None and record.shown == shown and not unsure):
            return Done(reports=reports, record=(lambda db: store.hushed(db, key)) if hushes else None)
        if record.ts is not None and record.channel is not None:
            channel, ts = record.channel, record.ts
            try:
                await kit.call("chat.update", channel=channel, ts=ts, text=message.text, blocks=message.blocks)
            except SlackFault as fault:
                if fault.error != "message_not_found":
                    raise
                return Done(reports=reports, record=lambda db: store.deleted(db, key, ts))
        else:
            if not self._channel:
                return Cancelled("no triage channel is set")
            there = await kit.directory.channel(self._channel)
            if there is None:
                return Buried(f"there is no channel {self._channel}", "show the alert in the triage channel")
            channel, ts = there, await post_once(kit, there, f"signal/{key}/{record.episode}", message, owed)

        def stands(db: Connection) -> None:
            store.posted(db, key, record.episode, channel, ts, shown)
            if hushes:
                store.hushed(db, key)

        return Done({"channel": channel, "ts": ts}, reports, stands)


async def _hush(kit: Kit, record: Record, neutral: Message) -> None:
    """The messages of earlier episodes told of the same alert: once its incident is restricted, they say no more."""
    for channel, ts in record.former:
        try:
            await kit.call("chat.update", channel=channel, ts=ts, text=neutral.text, blocks=neutral.blocks)
        except SlackFault as fault:
            if fault.error != "message_not_found":
                raise


def _reports(record: Record, holder: Incident | None, owed: Owed) -> Sequence[c.Command]:
    """It changed between the click on *Declare* and the declaration: the incident was told nothing of that."""
    if holder is None or holder.number != owed.incident or record.key not in dict(holder.signals):
        return ()
    return (report(record.signal),) if behind(holder, record.signal) else ()


def _carried(value: str) -> dict[str, str]:
    try:
        found = json.loads(value)
    except ValueError:
        return {}
    return {str(k): str(v) for k, v in found.items()} if isinstance(found, dict) else {}


def _digest(message: Message) -> str:
    return hashlib.sha256(json.dumps(asdict(message), sort_keys=True).encode()).hexdigest()[:16]
