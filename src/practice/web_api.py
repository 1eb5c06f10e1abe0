"""The Web API over HTTP: reading the arguments, the token, the scopes, the faults asked for, and Slack's answers."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from practice import scopes
from practice.args import Args, decoded
from practice.errors import SlackError
from practice.faults import Fault, Faults
from practice.manifest import App
from practice.methods import METHODS, Call
from practice.model import APP_ID, Json
from practice.sockets import Sockets
from practice.tiers import Tiers
from practice.traffic import Traffic
from practice.workspace import Workspace

logger = logging.getLogger("practice")

LOST_S = 60.0
SETTLE_S = 0.02
"""A connection that a killed app left is noticed within this time."""


@dataclass(frozen=True)
class WebApi:
    """The ASGI app below ``/api/``. ``abort`` closes a connection without an answer; ``tiers`` limits rates;
    ``socket_mode``: whether the app has it switched on;
    ``without``: families of methods that are not part of the plan."""

    workspace: Workspace
    app: App
    sockets: Sockets
    faults: Faults
    traffic: Traffic
    bot_token: str
    app_token: str
    abort: Callable[[Scope], None]
    tiers: Tiers | None = None
    socket_mode: bool = True
    without: tuple[str, ...] = ()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        method = request.path_params["method"]
        args, token = await arguments(request)
        entry = self.traffic.begin(method, args)
        fault = self.faults.take(method) if self.faults.active else None
        if fault is None and self.tiers and (pause := self.tiers.wait(method, str(args.get("channel")))):
            fault = Fault(method, "ratelimited", retry_after=pause)
        if fault is None:
            body = self.perform(method, args, token, request.method)
            self.traffic.end(entry, body)
            await self.answer(method, body)(scope, receive, send)
            return
        faulty, status = await self.with_fault(
            fault, request, lambda: self.perform(method, args, token, request.method)
        )
        if faulty is None:
            self.traffic.end(entry, None, fault.kind)
            self.abort(scope)
            await asyncio.sleep(SETTLE_S)
            return
        self.traffic.end(entry, faulty)
        await self.answer(method, faulty, status, fault)(scope, receive, send)

    async def with_fault(self, fault: Fault, request: Request, perform: Callable[[], Json]) -> tuple[Json | None, int]:
        """What to answer and with which status; None: nothing, close the connection."""
        match fault.kind:
            case "delay":
                await asyncio.sleep(fault.ms / 1000)
            case "ratelimited":
                return {"ok": False, "error": "ratelimited"}, 429
            case "reset":
                return None, 0
            case "http_500":
                if fault.effect:
                    perform()
                return {"ok": False, "error": "internal_error"}, 500
            case "error":
                if fault.effect:
                    perform()
                return {"ok": False, "error": fault.error}, 200
            case "lost_response":
                perform()
                await gone(request, LOST_S)
                return None, 0
            case "hold":
                if fault.when == "after":
                    body = perform()
                    await fault.released.wait()
                    return body, 200
                await fault.released.wait()
                await asyncio.sleep(SETTLE_S)
                if await request.is_disconnected():
                    return None, 0
        return perform(), 200

    def perform(self, method: str, args: Json, token: str, verb: str) -> Json:
        """The method's answer; a refusal is logged with the block and the limit it names."""
        try:
            if method == "apps.connections.open":
                return self.open_connection(token, verb)
            handler = METHODS.get(method)
            if handler is None:
                raise SlackError("unknown_method", req_method=method)
            if method != "api.test":
                self.check_token(token, self.bot_token, self.app_token)
            scopes.require(self.app, method)
            if method.partition(".")[0] in self.without:
                raise SlackError("not_implemented")
            return handler(Call(self.workspace, self.app, method, Args(args)))
        except SlackError as error:
            logger.info("practice.refused %s: %s", method, error)
            return error.body()

    def check_token(self, token: str, right: str, wrong_kind: str) -> None:
        if not token:
            raise SlackError("not_authed")
        if token == wrong_kind:
            raise SlackError("not_allowed_token_type")
        if token != right:
            raise SlackError("invalid_auth")

    def open_connection(self, token: str, verb: str) -> Json:
        if verb != "POST":
            raise SlackError("insecure_request")
        self.check_token(token, self.app_token, self.bot_token)
        address = self.workspace.base_url.replace("http", "ws", 1)
        answer: Json = {"ok": True, "url": f"{address}/link/?ticket={self.sockets.ticket()}&app_id={APP_ID}"}
        if not self.socket_mode:
            # As people report of Slack: the socket opens and says hello, but nothing comes through it.
            answer["response_metadata"] = {"messages": ["[WARN] Socket Mode is not turned on."]}
        return answer

    def answer(self, method: str, body: Json, status: int = 200, fault: Fault | None = None) -> Response:
        headers = {}
        if self.app.scopes is not None:
            headers["x-oauth-scopes"] = ",".join(sorted(self.app.scopes))
            headers["x-accepted-oauth-scopes"] = ",".join(scopes.SCOPES.get(method, ()))
        if status == 429 and fault is not None:
            headers["retry-after"] = f"{fault.retry_after:g}"
        return Response(json.dumps(body), status, headers, "application/json; charset=utf-8")


async def arguments(request: Request) -> tuple[Json, str]:
    """The arguments and the token, from query, form, JSON or multipart, as each Slack client likes to send them."""
    raw: Json = dict(parse_qsl(request.scope["query_string"].decode(), keep_blank_values=True))
    if request.method == "POST":
        kind = request.headers.get("content-type", "")
        if kind.startswith("multipart/form-data"):
            async with request.form() as form:
                raw |= {name: value for name, value in form.items() if isinstance(value, str)}
        elif body := await request.body():
            if kind.startswith("application/json"):
                try:
                    parsed = json.loads(body)
                except (ValueError, RecursionError):
                    parsed = {}
                raw |= parsed if isinstance(parsed, dict) else {}
            else:
                raw |= dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    else:
        await request.body()  # else a later look for the client's leaving would find this instead
    token = raw.pop("token", "")
    header = request.headers.get("authorization", "")
    if header.startswith("Bearer "):
        token = header.removeprefix("Bearer ").strip()
    return decoded(raw), str(token)


async def gone(request: Request, at_most_s: float) -> None:
    """Wait until the client has closed the connection."""

    async def disconnected() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass

    try:
        async with asyncio.timeout(at_most_s):
            await disconnected()
    except TimeoutError:
        return
