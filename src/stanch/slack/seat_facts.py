"""What templates may name about people: who is asked, who else is here, who is missing."""

from datetime import datetime
from typing import Any

from stanch.core.catalogue import Catalogue
from stanch.core.chain import Event, unstamp
from stanch.core.chase import extra_spoken, kept_by_stanch, meant, unfilled
from stanch.core.incident import Incident
from stanch.core.roles import ROLES
from stanch.core.text import cut, listed, one_line
from stanch.core.words import Mrkdwn, when_after
from stanch.slack.blocks import when

NAMES = "asked_now any_act also missing_contacts holder other".split()
OF_ASKS = tuple("to_call empty_seats led_by first_move only_accept any_act_as stanch_keeps".split())
"""What a question, and what is said when nobody answers, may name beside."""
ASKS = ("seat_asked", "seat_unfilled", "nobody_to_wake")
ONLY = " (only with *Accept*)"
"""Beside who has a seat already: what they do is their work in that one."""
UNTIL = ("seat_asked", "handover_asked")


def seat_facts(i: Incident, event: Event, catalogue: Catalogue) -> dict[str, Any]:
    """People are mentions: what these stand in is for them."""
    payload = event.payload or {}
    holder = i.seats.get(str(payload.get("role")))
    return (
        _until(i, event)
        | _of_ask(i, event, catalogue)
        | {
            "to_call": Mrkdwn(listed(list(dict.fromkeys(f"<@{ask.user}>" for ask in i.seating.asks)))),
            "empty_seats": " or ".join(ROLES[role].lower() for role in unfilled(i, catalogue)),  # type: ignore[index]
            "asked_now": Mrkdwn(", ".join(_asked(i))),
            "any_act": any(meant(i, ask.user) for ask in i.seating.asks),
            "also": Mrkdwn(", ".join(f"{extra_spoken(what)} <@{user}>" for what, user in i.seating.extras)),
            "missing_contacts": _missing(i),
            "holder": Mrkdwn(f"<@{holder}>") if holder else "",
            "other": "",
        }
    )


def _until(i: Incident, event: Event) -> dict[str, Any]:
    """Until when they are asked, as it is now: a severity that goes up leaves less time."""
    payload = event.payload or {}
    if event.kind not in UNTIL or not payload:
        return {}
    asks = [ask for ask in i.seating.asks if (ask.user, event.kind) == (payload["user"], "seat_asked")]
    until = next((ask.until for ask in asks if set(ask.roles) & set(payload["roles"])), str(payload["until"]))
    return {"until_at": when_after(unstamp(until), event.recorded_at)}


def _of_ask(i: Incident, event: Event, catalogue: Catalogue) -> dict[str, Any]:
    """By what somebody who is asked can judge whether to get up."""
    payload = event.payload or {}
    roles: list[str] = list(payload.get("roles") or ())
    klass = catalogue.klass(i.klass) if i.klass else None
    how = " (acting)" if i.acting else " (asked)" if i.seating.ask("commander") else ""
    first = len(roles) > 1 and bool(payload.get("anew")) and not payload.get("only_accept")
    return {
        "led_by": "" if "commander" in roles else Mrkdwn(f"<@{i.commander}>{how}"),
        "first_move": cut(one_line(klass.first_move), 150) if klass and not i.mitigations else "",
        "only_accept": bool(payload.get("only_accept")),
        "any_act_as": ROLES[roles[0]].lower() if first else "",  # type: ignore[index]
        "stanch_keeps": bool(roles) and all(kept_by_stanch(i, role, catalogue) for role in roles),
    }


def _asked(i: Incident) -> list[str]:
    """`@bob, @carol: please accept or pass by 14:05`, each time once; and for whom only *Accept* is a yes."""
    by_time: dict[str, dict[str, None]] = {}
    untils: dict[str, datetime] = {}
    for ask in i.seating.asks:
        # By the minute, as it is read.
        by_time.setdefault(ask.until[:16], {})[f"<@{ask.user}>{'' if meant(i, ask.user) else ONLY}"] = None
        untils.setdefault(ask.until[:16], unstamp(ask.until))
    whole = [(", ".join(users), when(untils[minute], "{time}")) for minute, users in by_time.items()]
    return [
        f"{users}: please accept or pass by {at}" if n == 0 else f"{users} by {at}"
        for n, (users, at) in enumerate(whole)
    ]


def _missing(i: Incident) -> Mrkdwn | str:
    if not i.seating.missing:
        return ""
    names = ", ".join(extra_spoken(one) for one in i.seating.missing)
    keys = ", ".join(f"{one}: [WHO]" for one in i.seating.missing)
    where = f" under `{i.service}` in services.yml" if i.service else " in services.yml"
    return Mrkdwn(f"This class needs, and nobody is named: {names}. To name somebody: `contacts: {{{keys}}}`{where}.")
