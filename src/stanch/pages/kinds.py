"""Which page is of which kind, and where its secrets come from: one line a kind."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from stanch.core.catalogue import Catalogue, PageKind, PublicPage
from stanch.outbound.address import address_fault, header_fault
from stanch.pages import statuspage, webhook
from stanch.pages.base import Page, PageFault
from stanch.pages.line import Line
from stanch.pages.static import Read, Static


@dataclass(frozen=True, slots=True)
class Access:
    """What the environment says; secrets are in no repr."""

    folder: Path
    api: str = statuspage.API
    token: str = field(default="", repr=False)
    webhook_url: str = field(default="", repr=False)
    webhook_token: str = field(default="", repr=False)
    limit: float = 10.0
    """Seconds for one answer."""


class Pages:
    """The status pages of a catalogue. Nothing is opened before the first word; `close` it on the loop that used it."""

    def __init__(self, known: Catalogue, access: Access, read: Read) -> None:
        self._access = access
        self._lines: dict[str, Line] = {}
        self.own: Mapping[str, str] = {
            id: one.name for id, one in known.services.items() if one.status_page and one.status_page.kind == "static"
        }
        """Services whose page we write: id → name."""
        self._static = Static(access.folder, self.own, read)

    def of(self, sheet: PublicPage) -> Page:
        """Raises `PageFault`, permanent, when it is not set up: `STANCH_STATUSPAGE_TOKEN is not set`."""
        return _KINDS[sheet.kind](self, sheet)

    async def close(self) -> None:
        for line in self._lines.values():
            await line.close()

    def _own(self, sheet: PublicPage) -> Page:
        return self._static

    def _statuspage(self, sheet: PublicPage) -> Page:
        token = _needed(self._access.token, "STANCH_STATUSPAGE_TOKEN")
        line = self._line(self._access.api.rstrip("/"), "STANCH_STATUSPAGE_API", {"Authorization": f"OAuth {token}"})
        return statuspage.Statuspage(line, sheet.page)

    def _webhook(self, sheet: PublicPage) -> Page:
        url = _needed(self._access.webhook_url, "STANCH_STATUS_WEBHOOK_URL")
        token = self._access.webhook_token
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return webhook.Webhook(self._line(url, "STANCH_STATUS_WEBHOOK_URL", headers), url)

    def _line(self, url: str, name: str, headers: Mapping[str, str]) -> Line:
        if fault := address_fault(url, password=False):
            raise PageFault(f"{name} {fault}", permanent=True)
        if name not in self._lines:
            self._lines[name] = Line(url, headers, self._access.limit)
        return self._lines[name]


def _needed(value: str, name: str) -> str:
    if not value:
        raise PageFault(f"{name} is not set", permanent=True)
    if fault := header_fault(value):
        raise PageFault(f"{name} {fault}", permanent=True)
    return value


_KINDS: Final[Mapping[PageKind, Callable[[Pages, PublicPage], Page]]] = {
    "static": Pages._own,
    "statuspage": Pages._statuspage,
    "webhook": Pages._webhook,
}
