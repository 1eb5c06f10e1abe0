"""A pager to practise with: a page rings for the people that it names until it is acknowledged or resolved.

It takes what a team's own webhook would take, one POST of JSON with a bearer: ``action`` (trigger, acknowledge,
resolve), ``key`` (of one page, from its trigger to its resolve), ``summary``, ``severity``, ``service``, ``people``,
``url``.
"""

from __future__ import annotations

import secrets

from practice.errors import ActingError
from practice.model import Json, User
from practice.workspace import Workspace

TOKEN = "practice-pager-token"
"""Like all tokens of this Slack it survives a restart, and is no secret: it listens on loopback only."""
STATES = {"trigger": "ringing", "acknowledge": "acknowledged", "resolve": "resolved"}
KEPT = 100
TEXTS = ("summary", "severity", "service", "url")


class Pager:
    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.pages = workspace.pages

    def admits(self, authorization: str | None) -> bool:
        return secrets.compare_digest((authorization or "").encode(), f"Bearer {TOKEN}".encode())

    def take(self, body: Json, once: str) -> Json:
        """``once`` is the Idempotency-Key: the same one again does nothing. Without one a trigger rings each time.

        Raises ``ActingError`` for what is no page. What ends a page that never rang here is taken, and shows nothing.
        """
        action, key, people = body.get("action"), body.get("key"), body.get("people", [])
        if not isinstance(action, str) or action not in STATES:
            raise ActingError(f"action must be {', '.join(STATES)}")
        if not isinstance(key, str) or not key:
            raise ActingError("key must be text")
        if not isinstance(people, list) or not all(isinstance(one, str) for one in people):
            raise ActingError("people must be a list of texts")
        page = self.pages.get(key)
        if page:
            page["taken"] += 1
        if page and once and once in page["seen"]:
            return {"ok": True, "state": page["state"]}
        if page is None and action != "trigger":
            return {"ok": True, "state": None}
        if page and page["state"] == "resolved" and action == "acknowledge":
            return {"ok": True, "state": page["state"]}
        now = self.workspace.clock()
        if page is None:
            page = {"key": key, "at": now, "rang": 0, "taken": 1, "people": [], "seen": []}
            self.pages[key] = page
            self._forget()
        if action == "trigger":
            page |= {name: str(body.get(name) or "")[:1000] for name in TEXTS}
            page |= {"rang": page["rang"] + 1, "people": people}
        page |= {"state": STATES[action], "changed": now}
        page["seen"] = [*page["seen"], once]
        self.workspace.touch("page", key)
        return {"ok": True, "state": page["state"]}

    def _forget(self) -> None:
        for key in list(self.pages)[:-KEPT]:
            del self.pages[key]
            self.workspace.touch("page", key)

    def shown(self) -> list[Json]:
        """The pages, the newest first; ``people`` with the ``user`` of each who is one here."""
        known = {named: one for one in self.workspace.users.values() for named in (one.id, one.name, one.email)}
        found = sorted(self.pages.values(), key=lambda page: (page["at"], page["key"]), reverse=True)
        return [page | {"people": [_person(known.get(one), one) for one in page["people"]]} for page in found]


def _person(known: User | None, named: str) -> Json:
    return {"user": known.id, "name": known.name} if known else {"user": None, "name": named}
