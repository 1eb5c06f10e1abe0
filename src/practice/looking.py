"""The reading half of ``/practice/...``: what is there, what was said, what went over the wire."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from practice import pings, views
from practice.errors import ActingError
from practice.model import Json
from practice.service import Service
from practice.traffic import Listener

POLICY = {
    "content-security-policy": "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-cache",
}


def refused(error: Exception, status: int = 400) -> JSONResponse:
    body: Json = {"ok": False, "error": str(error), "ack_ms": [], "ephemerals": [], "view": None, "errors": {}}
    return JSONResponse(body, status)


class Looking:
    """The reading half."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.workspace = service.workspace

    async def state(self, request: Request) -> Response:
        users = [
            {"id": one.id, "name": one.name, "is_bot": one.is_bot, "real_name": one.real_name, "email": one.email}
            | {"tz": one.tz, "deleted": one.deleted}
            for one in self.workspace.users.values()
        ]
        channels = [
            {
                "id": one.id,
                "name": one.name,
                "topic": one.topic["value"],
                "purpose": one.purpose["value"],
                "members": one.members,
                "pins": [pin["ts"] for pin in one.pins],
                "bookmarks": one.bookmarks,
                "archived": one.archived,
                "private": one.private,
                "creator": one.creator,
                "created": one.created,
                "is_im": one.partner is not None,
                "is_mpim": one.group,
                "user": one.partner,
                "latest": next(reversed(one.messages), None),
            }
            for one in self.workspace.in_order(self.workspace.channels.values())
        ]
        return JSONResponse({"users": users, "channels": channels})

    async def app(self, request: Request) -> Response:
        """What the app's manifest offers a person (commands, shortcuts, a Home tab), and what runs beside it."""
        app = self.service.app
        listed = {"commands": [*app.listed_commands], "shortcuts": [*app.listed_shortcuts]}
        beside = {"ai_url": self.service.settings.ai_url, "pager": self.service.pager is not None}
        return JSONResponse({"name": app.name, "home": app.home_tab, **beside, **listed})

    async def pages(self, request: Request) -> Response:
        """Whom the pager woke, the newest first; empty without one."""
        return JSONResponse(self.service.pager.shown() if self.service.pager else [])

    async def messages(self, request: Request) -> Response:
        """A list, oldest first. Messages of the app carry ``practice_pings``: whom they notified.

        ``ts=`` (some, with commas between) gives these alone, replies too; ``oldest=`` those after that ts.
        """
        channel = self.workspace.channel(request.path_params["channel"])
        if channel is None:
            return refused(ActingError(f"there is no channel {request.path_params['channel']!r}"), 404)
        named, thread = request.query_params.get("user"), request.query_params.get("thread_ts")
        user = self.workspace.user(named) if named else None
        wanted, oldest = (
            set(request.query_params.get("ts", "").split(",")) - {""},
            request.query_params.get("oldest", ""),
        )
        asked = (lambda one: one["ts"] in wanted) if wanted else lambda one: belongs(one, thread) and one["ts"] > oldest
        found = [one for one in channel.messages.values() if asked(one)]
        if user:
            found += [
                one
                for one in self.workspace.ephemerals
                if one["channel"] == channel.id and one["ephemeral_to"] == user.id and asked(one)
            ]
            found.sort(key=lambda one: str(one["ts"]))
        return JSONResponse([{**one, "practice_pings": pings.of(one)} if "bot_id" in one else one for one in found])

    async def views(self, request: Request) -> Response:
        user = self.workspace.user(request.path_params["user"])
        if user is None:
            return refused(ActingError(f"there is no user {request.path_params['user']!r}"), 404)
        home = views.home(self.workspace, user.id)
        modals = [views.shown(one) for one in views.modals(self.workspace, user.id)]
        return JSONResponse({"modals": modals, "home": views.shown(home) if home else None})

    async def calls(self, request: Request) -> Response:
        """All of them; with ``since``, without the first so many."""
        return JSONResponse(self.service.traffic.calls[max(0, since(request) - self.service.traffic.forgotten) :])

    async def traffic(self, request: Request) -> Response:
        return JSONResponse(self.service.traffic.since(since(request)))

    async def stream(self, request: Request) -> Response:
        listener = Listener(self.service.traffic)

        async def lines() -> AsyncIterator[str]:
            yield ": open\n\n"
            async for notes in listener.notes():
                yield "".join(f"data: {json.dumps(note)}\n\n" for note in notes) or ": still here\n\n"

        return StreamingResponse(lines(), media_type="text/event-stream", headers={"cache-control": "no-store"})

    async def file(self, request: Request) -> Response:
        file_id = request.path_params["id"]
        file, content = self.workspace.files.get(file_id), self.workspace.contents.get(file_id)
        if file is None or content is None:
            return refused(ActingError(f"there is no file {file_id!r}"), 404)
        name = "".join(char if char.isascii() and (char.isalnum() or char in "._-") else "_" for char in file["name"])
        headers = {**POLICY, "content-disposition": f'attachment; filename="{name}"'}
        return Response(content, headers=headers, media_type="application/octet-stream")


def since(request: Request) -> int:
    """The query's ``since``; 0 for none, or for what is no whole number."""
    asked = request.query_params.get("since", "")
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 16 else 0


def belongs(message: Json, thread: str | None) -> bool:
    """In the thread that is asked for; without one, in the channel itself."""
    parent = message.get("thread_ts")
    if thread:
        return parent == thread or message["ts"] == thread
    return parent in (None, message["ts"]) or message.get("subtype") == "thread_broadcast"
