"""Tells the status page what it is to say: the performer of `publish`."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from stanch.core import status_commands as c
from stanch.core.audiences import only_legal
from stanch.core.catalogue import PublicPage, Service
from stanch.core.chain import unstamp
from stanch.core.command import Command
from stanch.core.incident import DANGEROUS, Incident
from stanch.core.status import RESOLVED, Word, component_state, impact_of, state_of
from stanch.core.status_rules import page_of
from stanch.core.wording import NOBODY, choose
from stanch.errors import StanchError
from stanch.flows.deliver import Buried, Cancelled, Done, Later, Outcome, Unclear
from stanch.flows.desk import Desk
from stanch.pages.base import Page, PageFault, Post
from stanch.store import public
from stanch.store.outbox import Owed
from stanch.store.templates import Templates

WHAT: Final = "tell the status page"
SLOWEST: Final = 60.0
"""Seconds between two tries at the most."""
UNAPPROVED: Final = (
    "about safety, security or what is restricted users are told nothing but what legal has approved, and no text for"
    " the end has been"
)
WITHDRAWN: Final = (
    "it is restricted, or about safety or security, since they were approved, and now only what legal has approved may"
    " be said"
)
MAYBE: Final = "; an earlier try may have come through, so look at the page"
Of = Callable[[PublicPage], Page]
Write = Callable[[Incident, str, str, datetime], str]


class Publisher:
    def __init__(
        self, desk: Desk, templates: Templates, write: Write, of: Of, patience: float, margin: float = 0.0
    ) -> None:
        """`write` gives the text for an audience and a moment; empty where there is none. `of` gives the page of a
        service's sheet, and raises `PageFault` when it is not set up. `patience`: seconds after which the room hears
        that the page does not answer. `margin`: seconds before the end of its lease after which a word is not sent any
        more."""
        self._desk = desk
        self._templates = templates
        self._write = write
        self._of = of
        self._patience = patience
        self._margin = margin

    async def publish(self, owed: Owed, i: Incident) -> Outcome:
        """Never raises for what the page answers; each answer is an outcome."""
        word = i.status_page.word(int(owed.payload["n"]))
        if word is None or word.is_over:
            return Cancelled("the page shows it already, or it does not hold any more")
        if i.drill:
            return Cancelled("a drill never reaches the status page")
        if any(one.shown_at for one in i.status_page.words[word.n :]):
            return Cancelled("newer words stand there")
        service, sheet = self._desk.catalogue.service(i.status_page.service or i.service or ""), None
        if service is not None:
            sheet = page_of(i, self._desk.catalogue)
        if service is None or sheet is None:
            whose = f"{service.name} has" if service else "the incident has no service, so it has"
            return self._refused(word, f"{whose} no status page; give it one in services.yml (`status_page`)")
        look = owed.ambiguous or bool(owed.payload.get("look"))
        if word.text and _delicate(i) and not word.by_legal:
            return Done(reports=(c.ReportPageDropped(word.n, WITHDRAWN + (MAYBE if look else "")),))
        try:
            post, why = await asyncio.to_thread(self._post, i, word, service, sheet, look)
            if why:
                return Done(reports=(c.ReportPageHeld(word.n, why),))
            assert post is not None
            shown = await self._of(sheet).show(replace(post, until=owed.lease_until - self._margin))
        except PageFault as fault:
            return self._fault(owed, i, word, fault, look)
        except StanchError as mistake:
            return self._refused(word, str(mistake).rstrip("."))
        if shown is None:
            return Done(reports=(c.ReportPageDropped(word.n),))
        report = c.ReportPageShown(
            word.n, post.state, post.body, post.title, post.impact, service.id, shown.id, shown.url, shown.found
        )
        return Done({"id": shown.id}, (report,), lambda db: public.made_good(db, owed.lane))

    def _refused(self, word: Word, why: str) -> Buried:
        return Buried(why, WHAT, (c.ReportPageFailed(word.n, why),))

    def _fault(self, owed: Owed, i: Incident, word: Word, fault: PageFault, look: bool) -> Outcome:
        if fault.permanent:
            return self._refused(word, str(fault))
        waited = (self._desk.clock() - unstamp(word.at)).total_seconds()
        late = waited >= self._patience and not i.status_page.away
        reports: Sequence[Command] = (c.ReportPageAway(word.n, str(fault)),) if late else ()
        if fault.sent:
            return Unclear(str(fault), reports)
        after = fault.after if fault.after is not None else min(SLOWEST, 0.5 * 2 ** min(owed.attempts, 8))
        return Later(str(fault), after, unclear=look, reports=reports)

    def _post(
        self, i: Incident, word: Word, service: Service, sheet: PublicPage, look: bool
    ) -> tuple[Post | None, str]:
        """What is shown; or why it cannot be shown as it stands. Reads the templates."""
        page, state = i.status_page, word.state or state_of(i.phase)
        impact = impact_of(i.severity)
        last = page.last or word
        over = last.state == RESOLVED and not page.id
        only_if_there = over and len(page.words) > 1
        body = word.text
        if not body and word.how != "bare":
            body, why = self._end(i)
            if why and not only_if_there:
                return None, why
        names = word.components or tuple(sheet.components)
        post = Post(
            key=f"inc-{i.number}-{int(i.declared_at.timestamp())}",
            number=i.number,
            service=service.id,
            n=word.n,
            id=page.id,
            title=page.title or self._title(i, service),
            state=state,
            impact=impact,
            body=body,
            at=unstamp(word.at),
            since=i.declared_at,
            components={sheet.components[x]: component_state(impact, state) for x in names if x in sheet.components},
            look=look,
            only_if_there=only_if_there,
        )
        return post, ""

    def _title(self, i: Incident, service: Service) -> str:
        """Neutral: never the internal one, and none that is still to be approved."""
        metas = self._templates.meta
        name = choose(metas, i, "status_page", "title")
        held = name is None or (not metas[name].by_legal if _delicate(i) else metas[name].approved_by == NOBODY)
        written = "" if held else self._write(i, "status_page", "title", self._desk.clock())
        return written or f"{service.name}: disruption"

    def _end(self, i: Incident) -> tuple[str, str]:
        """The words for the end, and why there are none."""
        moment = "dismissed" if i.phase == "dismissed" else "resolved"
        name = choose(self._templates.meta, i, "status_page", moment)
        if name is not None and _delicate(i) and not self._templates.meta[name].by_legal:
            return "", UNAPPROVED
        text = self._write(i, "status_page", moment, self._desk.clock()) if name else ""
        return text, "" if text else "there is no text for the end in message_templates/status_page"


def _delicate(i: Incident) -> bool:
    """Whether only what legal has approved beforehand may be shown."""
    return only_legal(i) or i.klass in DANGEROUS
