"""Rules for the status page: what it is owed, and what came back from it."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from stanch.core import status_commands as c, status_events as e
from stanch.core.audiences import ONLY_LEGAL, approvers, may_approve, only_legal
from stanch.core.catalogue import Catalogue, PublicPage
from stanch.core.command import Command
from stanch.core.incident import Incident
from stanch.core.said import Said
from stanch.core.status import Word
from stanch.core.text import one_line
from stanch.errors import Refusal


def page_of(i: Incident, catalogue: Catalogue) -> PublicPage | None:
    """The page on which this incident is, or would be, told; None: its service has none."""
    service = catalogue.service(i.status_page.service or i.service or "")
    return service.status_page if service else None


def shown(i: Incident, command: c.ReportPageShown, by: str, now: datetime, catalogue: Catalogue) -> Said:
    word = i.status_page.word(command.n)
    return Said() if word is None or word.shown_at else Said((e.PageShown(**asdict(command)),))


def failed(i: Incident, command: c.ReportPageFailed, by: str, now: datetime, catalogue: Catalogue) -> Said:
    word, why = i.status_page.word(command.n), one_line(command.why, 400)
    return Said() if word is None or word.is_over else Said((e.PageFailed(command.n, why),))


def away(i: Incident, command: c.ReportPageAway, by: str, now: datetime, catalogue: Catalogue) -> Said:
    return Said() if i.status_page.away else Said((e.PageAway(command.n, one_line(command.why, 400)),))


def held(i: Incident, command: c.ReportPageHeld, by: str, now: datetime, catalogue: Catalogue) -> Said:
    word = i.status_page.word(command.n)
    known = word is None or word.is_over or word.how == "held"
    return Said() if known else Said((e.PageHeld(command.n, one_line(command.why, 400)),))


def dropped(i: Incident, command: c.ReportPageDropped, by: str, now: datetime, catalogue: Catalogue) -> Said:
    word = i.status_page.word(command.n)
    known = word is None or word.is_over
    return Said() if known else Said((e.PageDropped(command.n, one_line(command.why, 400)),))


def chased(i: Incident, command: c.ReportPageChased, by: str, now: datetime, catalogue: Catalogue) -> Said:
    return Said((e.PageChased(command.to, command.missed),)) if i.status_page.ending else Said()


def retry(i: Incident, command: c.RetryPage, by: str, now: datetime, catalogue: Catalogue) -> Said:
    _speakers_only(i, by)
    waiting = _failed(i)
    if waiting and waiting.text and only_legal(i) and not waiting.by_legal:
        raise Refusal(ONLY_LEGAL.format(name=i.name))
    if waiting is None:
        return Said(say="There is nothing to try again: the status page has refused nothing that still counts.")
    return Said((e.PageAgain(waiting.n),), "I try again; the room hears what comes of it.")


def _failed(i: Incident) -> Word | None:
    """What the page refused last; what came before it is told by it."""
    last = i.status_page.last
    return last if last and last.how == "failed" else None


def resolve(i: Incident, command: c.ResolvePage, by: str, now: datetime, catalogue: Catalogue) -> Said:
    _speakers_only(i, by)
    ending = i.status_page.ending
    if ending is None:
        raise Refusal(_nothing_to_end(i))
    if ending.how == "held":
        return Said((e.PageEnding(ending.n),), "The status page will say *resolved*, without further words.")
    return Said((e.PageAgain(ending.n),), "I try again; the room hears when the status page says it.")


def settle(i: Incident, command: c.SettlePage, by: str, now: datetime, catalogue: Catalogue) -> Said:
    _speakers_only(i, by)
    ending = i.status_page.ending
    if ending is None:
        raise Refusal(_nothing_to_end(i))
    return Said((e.PageSettled(ending.n),), "Thank you. I ask no more.")


def _nothing_to_end(i: Incident) -> str:
    if i.status_page.live:
        return f"{i.name} is open: the status page says that it is over when `/incident resolved` says so."
    return f"The status page does not say that {i.name} goes on."


def _speakers_only(i: Incident, by: str) -> None:
    """Words for the public are for who speaks, and who commands."""
    if not may_approve(i, by):
        lead = next((one for one in approvers(i) if one != i.commander), None)
        whose = f"the communications lead, <@{lead}>, or the commander" if lead else "the commander"
        raise Refusal(f"What the status page says is for {whose}, <@{i.commander}>.")


STATUS: dict[type[Command], Callable[[Incident, Any, str, datetime, Catalogue], Said]] = {
    c.ReportPageShown: shown,
    c.ReportPageFailed: failed,
    c.ReportPageAway: away,
    c.ReportPageHeld: held,
    c.ReportPageDropped: dropped,
    c.ReportPageChased: chased,
    c.RetryPage: retry,
    c.ResolvePage: resolve,
    c.SettlePage: settle,
}
