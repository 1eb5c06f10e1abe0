"""The service over HTTP: the admin API behind its token and its faults, breaking and mending, questions, the page."""

from __future__ import annotations

import asyncio
import hmac
import time
from collections.abc import Awaitable, Callable
from random import Random

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import Scope

from practice.ai.admin import Admin, number
from practice.ai.behind import Behind
from practice.ai.engine import Engine
from practice.ai.faults import Fault, Faults
from practice.ai.metrics import Metrics
from practice.ai.model import TENANTS, Json, Refused
from practice.ai.page import Page, series
from practice.ai.provider import Provider
from practice.ai.wire import as_json, body_of, faulty, object_of, refusal, request_id_of
from practice.server import Guard

Clock = Callable[[], float]
Cut = Callable[[Scope], None]
Doing = Callable[[Request, Json], Json]
SIGN_IN = "<!doctype html><html><title>Sign in</title><body><h1>Please sign in</h1></body></html>"
NO_ANSWER = Response(b"", 200)


class Api:
    """The routes over one engine. ``cut`` closes a request's connection without an answer.

    ``provider_key`` opens the chat completions; without one the token does.
    """

    def __init__(
        self, engine: Engine, token: str, cut: Cut, clock: Clock = time.time, *, provider_key: str | None = None
    ) -> None:
        self.engine = engine
        self.admin = Admin(engine)
        self.faults = Faults()
        self.provider = Provider(engine, provider_key or token)
        self.behind: Behind | None = None
        self.counters = Metrics(Random(engine.draw.random()))
        engine.listeners.append(self.counters.note)
        self.token = token
        self.cut = cut
        self.clock = clock

    def routes(self) -> list[BaseRoute]:
        admin, read = self.admin, self.reading
        return [
            Route("/admin/settings", read(lambda r, _: admin.settings())),
            Route("/admin/settings/{name}", read(lambda r, _: admin.setting(r.path_params["name"]))),
            Route("/admin/settings/{name}", self.put, methods=["PUT"]),
            Route("/admin/audit", read(lambda r, _: admin.audit(r.query_params))),
            Route("/admin/answers", read(lambda r, _: admin.answers(r.query_params))),
            Route("/admin/answers/{id}", read(lambda r, _: admin.answer(r.path_params["id"]))),
            Route("/admin/jobs", read(lambda r, _: self.engine.jobs.shown())),
            Route("/admin/stats", read(lambda r, _: admin.stats(r.query_params))),
            Route("/admin/probe/{name}", read(lambda r, _: admin.probe(r.path_params["name"])), methods=["POST"]),
            Route("/admin/evidence/hold", self.hold, methods=["POST"]),
            Route("/admin/calls", self.calls),
            Route("/break", self.open(self.break_), methods=["POST"]),
            Route("/mend", self.open(self.mend), methods=["POST"]),
            Route("/state", self.open(lambda r, _: self.state())),
            Route("/break/admin", self.open(self.fault), methods=["POST", "DELETE"]),
            Route("/v1/ask", self.ask, methods=["POST"]),
            Route("/metrics", self.metrics),
            Route("/series", self.open(lambda r, _: series(self.engine, number(r.query_params, "since", 0, 0, 1e12)))),
            Route("/", Page("index.html")),
            Route("/static/{path:path}", Page()),
            *self.provider.routes(),
        ]

    def app(self) -> Starlette:
        return Starlette(routes=self.routes(), middleware=[Middleware(Guard)])

    def now(self) -> None:
        """Bring the engine up to the present before anything is read or changed."""
        self.engine.step(self.clock())

    # Without a token.

    def open(self, doing: Doing) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            try:
                body = await body_of(request)
                self.now()
                return JSONResponse(doing(request, body))
            except Refused as refused:
                return refusal(refused)

        return answer

    def state(self) -> Json:
        settings = self.engine.settings
        return {"broken": self.engine.causes.listed(), "settings": dict(settings.values), "lag": settings.lag}

    def break_(self, request: Request, body: Json) -> Json:
        self.engine.break_(body.get("class"), body.get("model"))
        return self.state()

    def mend(self, request: Request, body: Json) -> Json:
        self.engine.mend(body.get("class"))
        return self.state()

    def fault(self, request: Request, body: Json) -> Json:
        if request.method == "DELETE":
            self.faults.clear()
        else:
            self.faults.replace(body)
        return {"ok": True}

    async def metrics(self, request: Request) -> Response:
        self.now()
        text = self.counters.text(self.engine.settings.count)
        return Response(text, media_type="text/plain; version=0.0.4")

    async def ask(self, request: Request) -> Response:
        try:
            body = await body_of(request)
            if not all(isinstance(body.get(name), str) and body[name] for name in ("question", "tenant", "key")):
                raise Refused(422, "question, tenant and key are needed, as text")
            if body["tenant"] not in TENANTS:
                raise Refused(403, f"there is no tenant {body['tenant']}")
        except Refused as refused:
            return refusal(refused)
        self.now()
        sent = body["question"], body["tenant"], body["key"]
        answer = await self.behind.ask(*sent) if self.behind else self.engine.ask(*sent)
        served, content = answer.served, answer.content
        headers = {"x-model": served.model, "x-prompt-revision": served.prompt, "x-provider": served.provider}
        headers["x-request-id"] = request_id_of(request)
        if served.served_by:
            headers["x-served-by"] = served.served_by
        if answer.status != 200:
            return JSONResponse({"error": content.text}, answer.status, headers)
        return JSONResponse({"id": answer.id, "answer": content.text, "sources": list(content.sources)}, 200, headers)

    # With a token.

    def allowed(self, request: Request) -> bool:
        given = request.headers.get("authorization", "")
        return hmac.compare_digest(given.encode(), f"Bearer {self.token}".encode())

    def reading(self, doing: Doing) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            if not self.allowed(request):
                return refusal(Refused(401, "a valid token is needed"))

            def work() -> Response:
                self.now()
                return JSONResponse(doing(request, {}))

            return await self.through(request, self.faults.take(write=False), work, work)

        return answer

    async def put(self, request: Request) -> Response:
        name, headers = request.path_params["name"], request.headers

        def work(body: Json, request_id: str) -> Json:
            return self.admin.put(name, body, request_id, headers.get("if-match"))

        return await self.writing(request, work, lambda body, id_: self.admin.believed(name, body, id_))

    async def hold(self, request: Request) -> Response:
        def work(body: Json, request_id: str) -> Json:
            return self.admin.hold(str(body.get("by", ""))[:200], request_id)

        return await self.writing(request, work, lambda body, id_: {"held": [], "missing": []})

    async def writing(
        self, request: Request, work: Callable[[Json, str], Json], pretend: Callable[[Json, str], Json]
    ) -> Response:
        """One write: noted as it arrives, then through the fault that is in force, if it strikes."""
        raw = (await request.body()).decode("utf-8", "replace")
        request_id = request_id_of(request)
        call: Json = {"at": round(self.clock(), 3), "method": request.method, "path": request.url.path}
        call |= {"body": as_json(raw), "status": None, "request_id": request_id}
        self.admin.calls.append(call)

        def done(how: Callable[[Json, str], Json]) -> Callable[[], Response]:
            def answer() -> Response:
                self.now()
                return JSONResponse(how(object_of(raw), request_id))

            return answer

        if not self.allowed(request):
            response: Response = refusal(Refused(401, "a valid token is needed"))
        else:
            response = await self.through(request, self.faults.take(write=True), done(work), done(pretend))
        call["status"] = None if response is NO_ANSWER else response.status_code
        return response

    async def through(
        self, request: Request, fault: Fault | None, work: Callable[[], Response], pretend: Callable[[], Response]
    ) -> Response:
        """Do the work and answer, as far as the fault lets it."""
        kind = fault.kind if fault else ""
        try:
            match fault:
                case None:
                    return work()
                case Fault(kind="status"):
                    return faulty(fault)
                case Fault(kind="html"):
                    return HTMLResponse(SIGN_IN)
                case Fault(kind="nothing"):
                    return Response(b"", 200)
                case Fault(kind="lies"):
                    return pretend()
            if kind == "slow":
                await asyncio.sleep(fault.ms / 1000)
            if kind == "hold":
                await fault.released.wait()
                if await request.is_disconnected():
                    return NO_ANSWER
            if kind == "reset":
                self.cut(request.scope)
                return NO_ANSWER
            response = work()
            if kind == "hold_after":
                await fault.released.wait()
            if kind == "lost":
                self.cut(request.scope)
                return NO_ANSWER
            return response
        except Refused as refused:
            return refusal(refused)

    async def calls(self, request: Request) -> Response:
        if not self.allowed(request):
            return refusal(Refused(401, "a valid token is needed"))
        return JSONResponse({"calls": list(self.admin.calls)})
