"""Statuspage, by its API (v1): an incident for each of ours, its words as updates of it.

Creating is not idempotent there. So each incident carries our key and the number of its last word in its metadata, and
after an unclear try it is looked for by them before anything is sent again.
"""

import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import quote

from stanch.core.text import cut
from stanch.pages.base import PageFault, Post, Shown
from stanch.pages.line import Answer, Line

API: Final = "https://api.statuspage.io/v1"
TITLE: Final = 255
LONGEST: Final = 25_000
"""Characters of an update."""
LATELY: Final = 100
"""Incidents that are looked through, resolved ones too."""
CLOCKS: Final = timedelta(seconds=5)
"""By how much its clock and ours may differ."""
A_SECOND: Final = 1.5
"""It lets one request a second in; so long we wait where it names no time."""


class Statuspage:
    def __init__(self, line: Line, page: str) -> None:
        """`page`: its id."""
        self._line = line
        self._at = f"/pages/{quote(page, safe='')}"

    async def show(self, post: Post) -> Shown | None:
        known = await self._known(post) if post.look or post.only_if_there else None
        if known is None and post.only_if_there:
            return None
        if known is not None and _says(known, post):
            return _shown(known, found=True)
        if time.time() >= post.until:
            # Looking took long, or this process stood still: others have looked since, and may be sending.
            raise PageFault("it took too long to look whether the page shows it already")
        id = str(known["id"]) if known is not None else post.id
        path = f"{self._at}/incidents/{quote(id, safe='')}" if id else f"{self._at}/incidents"
        answer = await self._line.ask("PATCH" if id else "POST", path, {"incident": _sheet(post, new=not id)})
        found = self._good(answer, write=True)
        if not isinstance(found, dict) or not found.get("id"):
            raise PageFault("Statuspage answered with something that is no incident", sent=True)
        return _shown(found)

    async def reached(self) -> str:
        found = self._good(await self._line.ask("GET", self._at), write=False)
        return f"Statuspage page {found.get('name')}" if isinstance(found, dict) else "Statuspage"

    async def _known(self, post: Post) -> dict[str, Any] | None:
        """The page's incident for ours: by its id, or the one that carries our key."""
        if post.id:
            answer = await self._line.ask("GET", f"{self._at}/incidents/{quote(post.id, safe='')}")
            found = self._good(answer, write=False)
            return {**found, "id": post.id} if isinstance(found, dict) else None
        for path in ("/incidents/unresolved", f"/incidents?limit={LATELY}"):
            listed = self._good(await self._line.ask("GET", self._at + path), write=False)
            if not isinstance(listed, list):
                raise PageFault("Statuspage answered with something that is no list of incidents")
            for one in listed:
                if isinstance(one, dict) and one.get("id") and _mark(one).get("key") == post.key:
                    return one
        return None

    def _good(self, answer: Answer, *, write: bool) -> Any:
        if answer.good:
            if answer.body is None:
                raise PageFault("Statuspage answered with something unreadable", sent=write)
            return answer.body
        said = f" ({answer.said})" if answer.said else ""
        match answer.status:
            case 401:
                mend = "it does not accept STANCH_STATUSPAGE_TOKEN; make a new key at Statuspage and set it"
                raise PageFault(mend, permanent=True)
            case 403:
                raise PageFault(f"its key may not do this{said}; give it the right, or take another", permanent=True)
            case 404:
                mend = "look at the page's id in services.yml, and whether somebody deleted the incident there"
                raise PageFault(f"Statuspage has no such page or incident{said}; {mend}", permanent=True)
            case 420 | 429:
                raise PageFault("Statuspage asks us to wait", after=answer.after or A_SECOND)
            case status if 400 <= status < 500:
                raise PageFault(f"Statuspage refuses it with {status}{said}", permanent=True)
            case status if status < 400:
                raise PageFault(f"Statuspage's address leads elsewhere ({status})", permanent=True)
            case status:
                raise PageFault(f"Statuspage has trouble of its own ({status})", sent=write, after=answer.after)


def _sheet(post: Post, *, new: bool) -> dict[str, Any]:
    sheet: dict[str, Any] = {
        "status": post.state,
        "impact_override": post.impact,
        "metadata": {"stanch": {"key": post.key, "n": post.n}},
        "deliver_notifications": True,
    }
    if new:
        sheet["name"] = cut(post.title, TITLE)
    if post.body:
        sheet["body"] = cut(post.body, LONGEST)
    if post.components:
        sheet["component_ids"] = list(post.components)
        sheet["components"] = dict(post.components)
    return sheet


def _mark(incident: Mapping[str, Any]) -> Mapping[str, Any]:
    metadata = incident.get("metadata")
    mark = metadata.get("stanch") if isinstance(metadata, dict) else None
    return mark if isinstance(mark, dict) else {}


def _says(incident: Mapping[str, Any], post: Post) -> bool:
    """Its mark says so; or its newest update has these words and this state, and is not older than they are."""
    n = _mark(incident).get("n")
    if isinstance(n, int) and n >= post.n:
        return True
    updates = incident.get("incident_updates")
    newest = updates[0] if isinstance(updates, list) and updates and isinstance(updates[0], dict) else {}
    same = (newest.get("status"), newest.get("body") or "") == (post.state, cut(post.body, LONGEST))
    return same and _moment(newest.get("created_at")) >= post.at - CLOCKS


def _moment(text: Any) -> datetime:
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _shown(incident: Mapping[str, Any], *, found: bool = False) -> Shown:
    url = str(incident.get("shortlink") or "")
    return Shown(str(incident["id"]), url if url.startswith(("https://", "http://")) else "", found)
