"""Waking people, put together: what is set up for it, and the performer."""

from collections.abc import Sequence

from stanch.core.catalogue import Catalogue
from stanch.core.incident import Incident
from stanch.flows.deliver import Outcome
from stanch.paging.pager import Pager
from stanch.paging.pagerduty import PagerDuty
from stanch.paging.webhook import Webhook
from stanch.settings import Settings
from stanch.slack.directory import Directory
from stanch.store.outbox import Owed

KIND = "page"


def ways(settings: Settings) -> Sequence[PagerDuty | Webhook]:
    """Every way to wake people that is set up."""
    found: list[PagerDuty | Webhook] = []
    if key := settings.stanch_pagerduty_routing_key:
        found.append(PagerDuty(key.get_secret_value(), settings.stanch_pagerduty_events))
    if url := settings.stanch_page_webhook_url:
        token = settings.stanch_page_webhook_token
        found.append(Webhook(url.get_secret_value(), token.get_secret_value() if token else ""))
    return found


class Waking:
    def __init__(self, settings: Settings, catalogue: Catalogue, directory: Directory) -> None:
        self._ways = ways(settings)
        self._directory = directory
        self._pager = Pager(catalogue, self._ways, self._reach, self._link)

    async def perform(self, owed: Owed, incident: Incident | None) -> Outcome:
        return await self._pager.perform(owed, incident)

    def _reach(self, user: str) -> str:
        person = self._directory.person(user)
        return (person.email or person.name) if person else user

    def _link(self, i: Incident) -> str:
        if not i.room:
            return ""
        room = f"{self._directory.my_url}archives/{i.room}"
        return self._directory.permalink(i.room, i.card_ts) if i.card_ts else room

    async def close(self) -> None:
        for way in self._ways:
            await way.close()
