"""How an alert looks in the triage channel, and what the declare form takes from it.

The message of a restricted incident is a neutral stub. What only looks like a restricted class shows its title, as
somebody has to judge it, and nothing of its description or labels: those could hold what must not be seen.
"""

import json

from stanch.core.cadence import spoken
from stanch.core.catalogue import Catalogue
from stanch.core.course import REOPEN_WITHIN
from stanch.core.incident import Incident
from stanch.core.signal import SERVICE_LABELS, Guess, Signal, classify
from stanch.core.text import one_line
from stanch.core.words import Mrkdwn, escape
from stanch.slack import blocks as b
from stanch.slack.blocks import Block, safe, when
from stanch.slack.phrases import ICONS, PRIVATE, Message
from stanch.store.signals import Record

DAY = "{date_short_pretty} {time}"
SHOWN_LABELS = 6
IMPACT = 600
"""Characters of the description that go into the form: with the rest they fit a button's value (2,000)."""


def draw(record: Record, holder: Incident | None, catalogue: Catalogue) -> Message:
    """The message of a signal; `holder` is the incident that was declared from it last."""
    signal = record.signal
    was_hidden = bool(holder and hidden(holder, catalogue))
    if holder and was_hidden:
        if holder.is_open or record.taken_in == record.episode:
            return stub(holder)
        # It fires anew: what it was declared as the last time is not for this channel.
        holder = None
    guess = classify(signal, catalogue)
    secret = was_hidden or _secret(guess, catalogue)
    lines = [_head(signal, guess, catalogue)]
    if signal.status == "firing":
        lines.append(_looks_like(guess, catalogue))
        if (sheet := catalogue.klass(guess.klass or "")) and sheet.first_move:
            lines.append(f"*First move*  {safe(sheet.first_move, 400)}")
    if signal.text and not secret and one_line(signal.text) != signal.title:
        lines.append(f"> {safe(one_line(signal.text, 300), 400)}")
    if holder:
        lines.append(_held(holder, signal))
    blocks = [b.section("\n".join(lines)), *_details(signal, guess, secret)]
    if holder and holder.is_open:
        blocks.append(b.actions([b.button(f"Join {holder.name}", "join", str(holder.number))]))
    elif signal.status == "firing":
        carried = json.dumps({"signal": signal.key, **form_facts(signal, catalogue, secret=secret)}, ensure_ascii=False)
        blocks.append(b.actions([b.button("Declare", "declare_signal", carried, style="primary")]))
    return Message(_fallback(signal, guess, catalogue), blocks)


def form_facts(signal: Signal, catalogue: Catalogue, *, secret: bool = False) -> dict[str, str]:
    """What the declare form is filled with: block id → value. `secret`: the description stays out."""
    guess = classify(signal, catalogue)
    facts = {"title": signal.title, "class": guess.klass, "severity": guess.severity, "service": guess.service}
    if not secret and not _secret(guess, catalogue):
        facts["impact"] = one_line(signal.text, IMPACT)
    return {name: value for name, value in facts.items() if value}


def hidden(incident: Incident, catalogue: Catalogue) -> bool:
    sheet = catalogue.klass(incident.klass) if incident.klass else None
    return incident.restricted or bool(sheet and sheet.restricted)


def _secret(guess: Guess, catalogue: Catalogue) -> bool:
    sheet = catalogue.klass(guess.klass) if guess.klass else None
    return bool(sheet and sheet.restricted)


def stub(incident: Incident) -> Message:
    text = f"{PRIVATE} {incident.name} · restricted, from an alert in this channel"
    blocks = [b.section(text)]
    if incident.is_open:
        blocks.append(b.actions([b.button("Ask to join", "do:ask_to_join", str(incident.number))]))
    return Message(text, blocks)


def _service(signal: Signal, guess: Guess, catalogue: Catalogue) -> str:
    service = catalogue.service(guess.service) if guess.service else None
    labels = dict(signal.labels)
    return service.name if service else next((labels[one] for one in SERVICE_LABELS[:-1] if one in labels), "")


def _head(signal: Signal, guess: Guess, catalogue: Catalogue) -> str:
    service = _service(signal, guess, catalogue)
    title = safe(f"{service}: {signal.title}" if service else signal.title, 700)
    many = f" · {signal.count} alerts" if signal.count > 1 else ""
    if signal.status == "firing":
        since = f", since {when(signal.since, DAY)}" if signal.since else ""
        return f"{ICONS.get(guess.severity or '', '⚪')} *{title}*{since}{many}"
    end = f" {when(signal.until, DAY)}" if signal.until else ""
    after = f", after {spoken(signal.until - signal.since)}" if signal.until and signal.since else ""
    return f"✅ {title} · *resolved*{end}{after}{many}"


def _looks_like(guess: Guess, catalogue: Catalogue) -> str:
    sheet = catalogue.klass(guess.klass) if guess.klass else None
    looks = [f"*{safe(sheet.name, 100)}*"] if sheet else []
    looks += [f"*{guess.severity}*"] if guess.severity else []
    if not looks:
        return "Nothing in it names a class or a severity."
    return f"Looks like {', '.join(looks)} because: {safe(', '.join(guess.because), 500)}"


def _held(incident: Incident, signal: Signal) -> str:
    if incident.is_open:
        return f"{incident.name} has it" + (f": <#{incident.room}>" if incident.room else ".")
    words = f"{incident.name} had it and is over ({incident.phase})."
    until = incident.ended_at + REOPEN_WITHIN if incident.ended_at else None
    if until is None or signal.status == "resolved" or (signal.since and signal.since > until):
        return words
    return f"{words} The same again? `/incident {incident.number} reopen WHY`, until {when(until, DAY)}"


def _details(signal: Signal, guess: Guess, secret: bool) -> list[Block]:
    links = [("See the alert", signal.link), ("Its runbook", signal.runbook)]
    parts = [f"<{escape(url)}|{words}>" for words, url in links if url and len(escape(url)) <= 1_000]
    pairs = [f"{k}={v}" for k, v in signal.labels if not secret and k not in SERVICE_LABELS[:-1]]
    labels = [pair for pair in pairs if pair not in guess.because][:SHOWN_LABELS]
    words: list[str] = [Mrkdwn(" · ".join(parts))] if parts else []
    if labels:
        words.append(safe(" · ".join(labels), 800))
    return [b.context(" · ".join(words))] if words else []


def _fallback(signal: Signal, guess: Guess, catalogue: Catalogue) -> str:
    service = _service(signal, guess, catalogue)
    icon = ICONS.get(guess.severity or "", "⚪") if signal.status == "firing" else "✅ resolved:"
    return safe(f"{icon} {f'{service}: ' if service else ''}{signal.title}", 300)
