"""What users read, put together: the status pages of the services, and ours over HTTP."""

from collections.abc import Sequence

from starlette.routing import BaseRoute

from stanch.core.incident import Incident
from stanch.core.public import Entry
from stanch.flows.deliver import Cancelled, Outcome
from stanch.flows.desk import Desk
from stanch.pages import static
from stanch.pages.drawing import KEPT
from stanch.pages.kinds import Access, Pages
from stanch.pages.publisher import Publisher, Write
from stanch.settings import Settings
from stanch.store import public
from stanch.store.outbox import Owed
from stanch.store.templates import Templates

GRACES = 24
"""Of so many grace periods (two minutes, by default) a page may stay silent until the room hears of it."""


def access(settings: Settings) -> Access:
    """Where the pages are, and what lets us in."""
    token, hook, hook_token = (
        secret.get_secret_value() if secret else ""
        for secret in (
            settings.stanch_statuspage_token, settings.stanch_status_webhook_url, settings.stanch_status_webhook_token,
        )
    )  # fmt: skip
    limit = min(settings.stanch_slack_timeout_s, settings.stanch_lease_s / 3)
    return Access(settings.stanch_data / "status", settings.stanch_statuspage_api, token, hook, hook_token, limit)


class Publication:
    def __init__(self, desk: Desk, settings: Settings, templates: Templates, write: Write) -> None:
        self._desk = desk
        reach = access(settings)
        self._pages = Pages(desk.catalogue, reach, self._told)
        patience = GRACES * settings.stanch_grace_s
        self._publisher = Publisher(desk, templates, write, self._pages.of, patience, reach.limit)

    @property
    def routes(self) -> Sequence[BaseRoute]:
        return static.routes(self._pages.own, self._told)

    async def perform(self, owed: Owed, incident: Incident | None) -> Outcome:
        if incident is None:
            return Cancelled("its incident is gone")
        return await self._publisher.publish(owed, incident)

    async def close(self) -> None:
        await self._pages.close()

    async def _told(self) -> Sequence[Entry]:
        since = (self._desk.clock() - KEPT).timestamp()
        return await self._desk.database(lambda db: public.since(db, since), background=True)
