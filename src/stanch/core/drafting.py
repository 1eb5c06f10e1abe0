"""Rules for words to others: drafts and their approval, holding lines, subscribers, pauses."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from stanch.core import draft_commands as c, draft_events as e
from stanch.core.audiences import ONLY_LEGAL, approvers, channel_of, has_page, in_company, may_approve, only_legal
from stanch.core.cadence import A_MINUTE, interval, spoken
from stanch.core.catalogue import Catalogue
from stanch.core.chain import stamp, unstamp
from stanch.core.command import Command
from stanch.core.events import UpdateSaid
from stanch.core.incident import OPEN, Incident
from stanch.core.payload import Payload
from stanch.core.policy import command_only
from stanch.core.prose import promised, without_next
from stanch.core.said import Said
from stanch.core.spoken import COMPANY, ROOM, STAKEHOLDERS, STATUS_PAGE, Draft
from stanch.core.status import state_of
from stanch.core.text import clean, listed
from stanch.core.words import escape, when, when_after
from stanch.errors import Refusal

STANDS: timedelta = timedelta(minutes=30)
"""How long a draft waits; where users are told something more often, until the next word to them would be due."""
LONGEST_PAUSE = timedelta(hours=24)
SAME_PAUSE = timedelta(minutes=2)
"""Two pauses whose ends are nearer to each other are one that somebody asked for twice."""
TWICE_WITHIN = timedelta(minutes=1)
CALLED: Mapping[str, str] = {
    ROOM: "the room", "stakeholders": "stakeholders", "leadership": "leadership", STATUS_PAGE: "users",
}  # fmt: skip
"""What people call an audience."""
LONG = 3_000
MOST_WAIT = 10
"""Drafts at a time: each is shown anew with every change of phase and severity."""
MOST_ALONE = 50
"""Subscribers: each update is a message to each of them."""
DECIDED = {
    "approved": "was approved", "discarded": "was discarded", "replaced": "was edited: the newer one waits",
    "expired": "waited too long, and what it says may not hold any more",
}  # fmt: skip


def say(i: Incident, command: c.Say, by: str, now: datetime, catalogue: Catalogue) -> Said:
    """At once to the room and the company; what is for users waits."""
    text, public = clean(command.text, LONG), clean(command.public, LONG)
    if not text and command.audiences:
        raise Refusal("There is nothing to say yet: what do users see, what was done, when is the next word?")
    if not command.audiences and not public:
        raise Refusal("To whom? Choose at least one audience.")
    events: list[Payload] = [UpdateSaid(_for_room(i, text, catalogue))] if ROOM in command.audiences else []
    told = in_company(i, catalogue)
    for audience in COMPANY:
        if audience in command.audiences:
            if audience not in told:
                raise Refusal(_unreachable(i, audience))
            events.append(e.SaidTo(audience, text, alone=ROOM not in command.audiences))
    if public:
        events.append(_draft(i, public, now, catalogue))
    words = " ".join(filter(None, (_said(command.audiences), WAITS if public else "")))
    return Said(tuple(events), words)


def _for_room(i: Incident, text: str, catalogue: Catalogue) -> str:
    """The room's message says by itself when its next word is due, which is not when others hear more."""
    return without_next(text) if interval(i, catalogue) is not None else text


WAITS = "What is for users waits in the room for approval."


def _said(audiences: tuple[str, ...]) -> str:
    names = [CALLED.get(one, one) for one in audiences]
    if names == [CALLED[ROOM]]:
        return "Said. The card follows."
    return f"Said to {listed(names)}." if names else ""


def _unreachable(i: Incident, audience: str) -> str:
    if i.restricted:
        return f"{i.name} is restricted: nothing about it is said outside its room."
    return (
        f"{i.service or 'The service'} has no channel for {audience}: it would stand in `services.yml`,"
        f" `channels: {{{audience}: CHANNEL}}`."
    )


def _draft(i: Incident, text: str, now: datetime, catalogue: Catalogue, replaces: int = 0) -> e.Drafted:
    if only_legal(i):
        raise Refusal(ONLY_LEGAL.format(name=i.name))
    if not has_page(i, catalogue):
        raise Refusal(NO_PAGE.format(service=i.service or "The service"))
    if not replaces and len(i.spoken.waiting) >= MOST_WAIT:
        raise Refusal(f"{MOST_WAIT} drafts wait already: first approve, edit or discard one of them.")
    severity = catalogue.severity(i.severity) if i.severity else None
    every = (severity.updates.get(STATUS_PAGE) or severity.updates.get(ROOM)) if severity else None
    until = now + min(STANDS, every or STANDS)
    d = len(i.spoken.drafts) + 1
    return e.Drafted(d, text, stamp(until), replaces, i.phase, i.severity or "")


NO_PAGE = "{service} has no status page: it would stand in `services.yml`, `status_page: {{kind: static}}`."


def edit(i: Incident, command: c.EditDraft, by: str, now: datetime, catalogue: Catalogue) -> Said:
    """Anybody in the room may better the words; approving them is another matter."""
    draft = _known(i, command.d)
    if draft.state in ("approved", "replaced"):
        raise Refusal(_late(draft))
    text = clean(command.text, LONG)
    if not text:
        raise Refusal("There is nothing to say yet. To let it be: *Discard*.")
    drafted = _draft(i, text, now, catalogue, draft.d if draft.state == "waiting" else 0)
    return Said((drafted,), f"Draft {drafted.d} waits for approval in place of draft {draft.d}.")


def approve(i: Incident, command: c.ApproveDraft, by: str, now: datetime, catalogue: Catalogue) -> Said:
    draft = _known(i, command.d)
    if draft.state != "waiting":
        raise Refusal(_late(draft))
    if not may_approve(i, by):
        raise Refusal(f"Only the communications lead or the commander may send it: {_mentioned(i)}.")
    if now >= unstamp(draft.until):
        raise Refusal(f"Draft {draft.d} {DECIDED['expired']}. *Edit* brings the words back.")
    if draft.phase in OPEN and not i.is_open:
        raise Refusal(f"{i.name} is over, and these words are from before. *Edit* brings them up to date.")
    if only_legal(i):
        raise Refusal(ONLY_LEGAL.format(name=i.name))
    if not has_page(i, catalogue):
        raise Refusal(NO_PAGE.format(service=i.service or "The service"))
    written = unstamp(draft.at)
    by_when = promised(draft.text, written)
    if by_when and written < by_when and now >= by_when + A_MINUTE:
        raise Refusal(f"It promises the next word for {when(by_when, '{time}')}, and that is past. *Edit* it first.")
    # The state of this moment, however late the page takes it.
    said = e.PublicSaid(draft.d, draft.text, state_of(i.phase))
    return Said((e.DraftApproved(draft.d), said), f"Draft {draft.d} goes to users now.")


def discard(i: Incident, command: c.DiscardDraft, by: str, now: datetime, catalogue: Catalogue) -> Said:
    draft = _known(i, command.d)
    if draft.state != "waiting":
        raise Refusal(_late(draft))
    if by != draft.by and not may_approve(i, by):
        raise Refusal(f"Whoever wrote it may discard it, <@{draft.by}>, or who may send it: {_mentioned(i)}.")
    return Said((e.DraftDiscarded(draft.d),), f"Draft {draft.d} is discarded; it stays in the timeline.")


def due(i: Incident, command: c.ReportDraftDue, by: str, now: datetime, catalogue: Catalogue) -> Said:
    draft = i.spoken.draft(command.d)
    over = draft is not None and draft.state == "waiting" and now >= unstamp(draft.until)
    return Said((e.DraftExpired(command.d),) if over else ())


def _known(i: Incident, d: int) -> Draft:
    draft = i.spoken.draft(d)
    if draft is None:
        raise Refusal(f"{i.name} has no draft {d}.")
    return draft


def _late(draft: Draft) -> str:
    """Two people clicked, or the time was up: what became of it, and whose doing it was."""
    moment = f" at {when(unstamp(draft.decided_at), '{time}')}" if draft.decided_at else ""
    person = f" by <@{draft.decided_by}>" if draft.state in ("approved", "discarded") else ""
    told = DECIDED[draft.state]
    if person:
        return f"Draft {draft.d} {told}{person}{moment} already."
    return f"Draft {draft.d} {told}."


def _mentioned(i: Incident) -> str:
    return " or ".join(f"<@{user}>" for user in approvers(i))


def hold(i: Incident, command: c.SendHolding, by: str, now: datetime, catalogue: Catalogue) -> Said:
    """Unedited, as it was approved; so the commander needs nobody else."""
    command_only(i, by, "send the holding line")
    if not i.is_open:
        raise Refusal(f"{i.name} is over: a holding line would be wrong now.")
    if not has_page(i, catalogue):
        raise Refusal(NO_PAGE.format(service=i.service or "The service"))
    if not command.approved or (only_legal(i) and not command.by_legal):
        who = "legal" if only_legal(i) else "anybody"
        raise Refusal(
            f"This holding line has not been approved by {who}: they put `approved_by` and `approved_on` into"
            f" `{command.template}.j2`. Until then nothing goes out to users."
        )
    last = i.spoken.last.get(STATUS_PAGE)
    if last and i.spoken.texts.get(STATUS_PAGE) == command.text and now - unstamp(last) < TWICE_WITHIN:
        raise Refusal(f"It went out a moment ago: {when(unstamp(last), '{time}')}.")
    said = e.PublicSaid(
        0, command.text, state_of(i.phase), template=command.template, approved=command.approved,
        by_legal=command.by_legal,
    )  # fmt: skip
    return Said((said,), "The holding line goes to users now.")


def shown(i: Incident, command: c.ReportWordsShown, by: str, now: datetime, catalogue: Catalogue) -> Said:
    place = (command.channel, command.ts)
    if command.lost and i.spoken.places.get(command.audience) != place:
        return Said()
    return Said((e.WordsShown(command.audience, *place, command.entry, command.lost),))


def conclude(i: Incident, command: c.ReportConcluded, by: str, now: datetime, catalogue: Catalogue) -> Said:
    """Said once, and not when it has begun again meanwhile."""
    if i.restricted or i.is_open or command.audience in i.spoken.ended:
        return Said()
    return Said((e.SaidTo(command.audience, clean(command.text, LONG), moment=command.moment),))


def subscribe(i: Incident, command: c.Subscribe, by: str, now: datetime, catalogue: Catalogue) -> Said:
    known = by in i.spoken.subscribers
    if not command.on:
        if not known:
            return Said(say=f"You do not get the updates of {i.name}.")
        return Said((e.Subscribed(by, False),), f"You no longer get the updates of {i.name}.")
    if i.restricted:
        raise Refusal(_unreachable(i, ""))
    if known:
        return Said(say=f"You get the updates of {i.name} already. No more: `/incident {i.number} unsubscribe`.")
    if len(i.spoken.subscribers) >= MOST_ALONE:
        place = channel_of(i, catalogue, STAKEHOLDERS).lstrip("#")
        where = f": they stand in #{escape(place)} too" if place else ""
        raise Refusal(f"{MOST_ALONE} people get the updates of {i.name} alone already{where}.")
    say = f"You get each update of {i.name} for stakeholders, alone. No more: `/incident {i.number} unsubscribe`."
    return Said((e.Subscribed(by),), say)


def pause(i: Incident, command: c.PauseUpdates, by: str, now: datetime, catalogue: Catalogue) -> Said:
    command_only(i, by, "pause the updates")
    why = clean(command.why, 500)
    if not i.is_open:
        raise Refusal(f"{i.name} is over: no update is owed.")
    if not why:
        raise Refusal("Why may people hear nothing? `/incident pause 60 we wait for the provider`.")
    if not timedelta() < command.span <= LONGEST_PAUSE:
        raise Refusal("For how long? At most 24 hours: `/incident pause 90 WHY` counts in minutes.")
    until = now + command.span
    if i.spoken.paused(now) and why == i.spoken.paused_why:
        known = unstamp(i.spoken.paused_until)
        if abs(until - known) < SAME_PAUSE:
            return Said(say=f"Updates are paused already, until {when_after(known, now)}: {escape(why)}")
    say = f"Updates are paused for {spoken(command.span)}, until {when_after(until, now)}: {escape(why)}"
    return Said((e.Paused(stamp(until), why),), say)


def resume(i: Incident, command: c.ResumeUpdates, by: str, now: datetime, catalogue: Catalogue) -> Said:
    command_only(i, by, "resume the updates")
    if not i.spoken.paused(now):
        return Said(say="Updates are not paused.")
    return Said((e.Resumed(),), "Updates are owed again.")


DRAFTS: dict[type[Command], Callable[[Incident, Any, str, datetime, Catalogue], Said]] = {
    c.Say: say,
    c.EditDraft: edit,
    c.ApproveDraft: approve,
    c.DiscardDraft: discard,
    c.ReportDraftDue: due,
    c.SendHolding: hold,
    c.ReportWordsShown: shown,
    c.ReportConcluded: conclude,
    c.Subscribe: subscribe,
    c.PauseUpdates: pause,
    c.ResumeUpdates: resume,
}
