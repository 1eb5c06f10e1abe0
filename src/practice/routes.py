"""The workspace over HTTP, beside the Web API: ``/practice/...`` by name, response URLs, uploads, the page."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from pathlib import Path

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import Receive, Scope, Send

from practice.errors import ActingError, SlackError
from practice.looking import POLICY, Looking, refused
from practice.model import Json
from practice.service import Service

PAGE = Path(__file__).with_name("page")
Endpoint = Callable[[Request], Awaitable[Response]]


def routes(service: Service) -> list[BaseRoute]:
    acting, people, integrations = service.acting, service.people, service.integrations
    doing: dict[str, Callable[[Json], Awaitable[Json]]] = {
        "archive": people.archive,
        "click": acting.click,
        "close_view": acting.close_view,
        "command": acting.command,
        "deactivate": people.deactivate,
        "delete": people.delete,
        "delete_channel": people.delete_channel,
        "delete_message": people.delete_message,
        "edit": people.edit,
        "home": people.home,
        "invite": people.invite,
        "join": people.join,
        "leave": people.leave,
        "message": people.message,
        "react": people.react,
        "rename": people.rename,
        "shortcut": acting.shortcut,
        "submit": acting.submit,
        "topic": people.topic,
        "unfurl": integrations.unfurl,
        "upload": integrations.upload,
        "webhook": integrations.webhook,
    }
    looking = Looking(service)
    controls = Controls(service)
    return [
        Route("/api/{method:path}", service.web_api, methods=["GET", "POST"]),
        WebSocketRoute("/link/", service.sockets.serve),
        *(Route(f"/practice/{name}", endpoint(act), methods=["POST"]) for name, act in doing.items()),
        Route("/practice/app", looking.app),
        Route("/practice/state", looking.state),
        Route("/practice/messages/{channel}", looking.messages),
        Route("/practice/views/{user}", looking.views),
        Route("/practice/pages", looking.pages),
        Route("/practice/pages", controls.page, methods=["POST"]),
        Route("/practice/calls", looking.calls),
        Route("/practice/traffic", looking.traffic),
        Route("/practice/stream", looking.stream),
        Route("/practice/files/{id}", looking.file),
        Route("/practice/faults", controls.faults, methods=["POST", "DELETE"]),
        Route("/practice/disconnect", controls.disconnect, methods=["POST"]),
        Route("/practice/bot", controls.bot),
        Route("/practice/bot/kill", controls.kill, methods=["POST"]),
        Route("/response/{team}/{id}", controls.respond, methods=["POST"]),
        Route("/upload/v1/{id}", controls.upload, methods=["POST"]),
        Route("/archives/{channel}", permalink),
        Route("/archives/{channel}/{message}", permalink),
        Route("/", Page("index.html")),
        Route("/static/{path:path}", Page()),
    ]


async def body_of(request: Request) -> Json:
    """Raises ActingError for a body that is no JSON object."""
    try:
        body = json.loads(await request.body() or b"{}")
    except (ValueError, RecursionError) as error:
        raise ActingError(f"the body is not JSON: {error}") from error
    if not isinstance(body, dict):
        raise ActingError("the body must be a JSON object")
    return body


def endpoint(act: Callable[[Json], Awaitable[Json]]) -> Endpoint:
    async def answer(request: Request) -> Response:
        try:
            return JSONResponse(await act(await body_of(request)))
        except (ActingError, SlackError) as error:
            return refused(error)

    return answer


class Controls:
    """Faults, sockets, the child process, the pager, response URLs and uploads."""

    def __init__(self, service: Service) -> None:
        self.service = service

    async def faults(self, request: Request) -> Response:
        """POST a list (it replaces the one before), or DELETE."""
        if request.method == "DELETE":
            self.service.faults.clear()
            return JSONResponse({"ok": True})
        try:
            self.service.faults.replace(json.loads(await request.body()))
        except (ValueError, TypeError, RecursionError, ActingError) as error:
            return refused(error)
        return JSONResponse({"ok": True})

    async def disconnect(self, request: Request) -> Response:
        """Every socket is asked to connect anew; over HTTP there is none, and the answer says so."""
        body: Json = {"ok": True, "sockets": await self.service.delivery.refresh()}
        if self.service.settings.mode == "http":
            body["note"] = "payloads go out over HTTP, so there is no socket to disconnect"
        return JSONResponse(body)

    async def bot(self, request: Request) -> Response:
        """How the app is doing. ``connected``: a socket is open, or its Request URL answers."""
        bot = self.service.bot
        body: Json = {"mode": self.service.settings.mode, "connected": self.service.delivery.connected}
        body |= {"sockets": len(self.service.sockets.connections), "managed": bot is not None}
        body |= {"pid": bot.pid if bot else None, "restarts": bot.restarts if bot else 0}
        return JSONResponse(body)

    async def kill(self, request: Request) -> Response:
        if self.service.bot is None:
            return refused(ActingError("the bot was not started from here"), 409)
        await self.service.bot.kill()
        return JSONResponse({"ok": True})

    async def page(self, request: Request) -> Response:
        """What wakes people: see ``practice.pager``. 401 without its token, 404 where there is no pager.

        Of the faults it knows ``hold`` of the method ``page``: rung, and not answered.
        """
        pager = self.service.pager
        if pager is None:
            return refused(ActingError("this workspace has no pager"), 404)
        if not pager.admits(request.headers.get("authorization")):
            return refused(ActingError("this is not the pager's token"), 401)
        try:
            answer = pager.take(await body_of(request), request.headers.get("idempotency-key", ""))
        except ActingError as error:
            return refused(error)
        for fault in self.service.faults.active:
            if (fault.method, fault.kind) == ("page", "hold") and fault.hits("page"):
                await fault.released.wait()
        return JSONResponse(answer)

    async def respond(self, request: Request) -> Response:
        """A response URL. Slack answers a refusal with the word and a 404, or a 200 when the message is at fault."""
        response_id = request.path_params["id"]
        try:
            body = await body_of(request)
            self.service.interactions.respond(response_id, body)
        except ActingError:
            return JSONResponse({"ok": False, "error": "invalid_payload"}, 400)
        except SlackError as error:
            self.service.traffic.line("bot→slack", "response_url", error.word, {"messages": error.messages})
            status = 404 if error.word in ("invalid_url", "expired_url", "used_url") else 200
            return JSONResponse(error.body(), status)
        self.service.traffic.line("bot→slack", "response_url", None, {"args": body})
        return JSONResponse({"ok": True})

    async def upload(self, request: Request) -> Response:
        """The bytes of a file, raw or as the one file of a multipart form; as many as were announced."""
        workspace, file_id = self.service.workspace, request.path_params["id"]
        file = workspace.files.get(file_id)
        if file is None or file["practice_complete"]:
            return Response("not found", 404)
        content = await request.body()
        if request.headers.get("content-type", "").startswith("multipart/form-data"):
            async with request.form() as form:
                parts = [one for one in form.values() if not isinstance(one, str)]
                content = await parts[0].read() if parts else b""
        if len(content) != file["size"]:
            return Response(f"expected {file['size']} bytes, got {len(content)}", 400)
        workspace.contents[file_id] = content
        workspace.touch("file", file_id)
        return Response(f"OK - {len(content)}", media_type="text/plain")


async def permalink(request: Request) -> Response:
    """The address of a channel or a message leads to the page, which reads both from its query."""
    ts = request.path_params.get("message", "").removeprefix("p")
    ts = f"{ts[:-6]}.{ts[-6:]}" if len(ts) > 6 else ts
    thread = request.query_params.get("thread_ts", "")
    more = f"&thread_ts={thread}" if thread.replace(".", "").isdigit() else ""
    return RedirectResponse(f"/?channel={request.path_params['channel']}&ts={ts}{more}", 302)


class Page:
    """The page's files, with a policy under which no text from a message can become a script.

    They are small and read at each request, so that a change shows on reload; no thread is worth it.
    """

    def __init__(self, name: str = "") -> None:
        self.name = name

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = self.name or scope["path_params"]["path"]
        content = file_of_page(path) if scope["method"] in ("GET", "HEAD") else None
        kind = KINDS.get(path.rpartition(".")[2], "application/octet-stream")
        found = Response(content, headers=POLICY, media_type=kind) if content is not None else None
        await (found or Response("not found", 404, headers=POLICY))(scope, receive, send)


KINDS = {"css": "text/css", "html": "text/html", "js": "text/javascript", "svg": "image/svg+xml"}


def file_of_page(name: str) -> bytes | None:
    """A file that lies in the page's own folder; None for every other name."""
    try:
        return (PAGE / name).read_bytes() if name in {file.name for file in PAGE.iterdir()} else None
    except OSError:
        return None
