"""The composition root: the only place where the parts meet."""

import asyncio
import contextlib
import json
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import uvicorn
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from starlette.routing import BaseRoute

from stanch import access, production
from stanch.core.incident import Incident
from stanch.errors import StanchError, Unavailable
from stanch.flows.deliver import Outcome
from stanch.flows.desk import Desk
from stanch.flows.on_call import Kept, OnCall, Source
from stanch.flows.owing import owe_missing
from stanch.lock import alone
from stanch.oncall.pagerduty import PagerDuty
from stanch.publication import Publication
from stanch.settings import SECRETS, Settings
from stanch.signals import alertmanager, receiver
from stanch.slack.access import AccessClicks
from stanch.slack.clicks import Clicks
from stanch.slack.client import Slack, SlackFault
from stanch.slack.connection import Sockets, Transport, bolt, meet, tell_failures
from stanch.slack.directory import Directory
from stanch.slack.drafts import Drafts
from stanch.slack.gateway import Gateway, Kit
from stanch.slack.happenings import Happenings
from stanch.slack.home import Home
from stanch.slack.http import Requests
from stanch.slack.listeners import Listeners
from stanch.slack.performers import PERFORMERS
from stanch.slack.render import Render
from stanch.slack.shortcuts import Shortcuts
from stanch.slack.texts import Texts
from stanch.slack.triage import Triage
from stanch.slack.user_groups import UserGroups
from stanch.store import outbox, schema
from stanch.store.database import Database
from stanch.store.figures import Figures, figures
from stanch.store.outbox import Owed
from stanch.store.templates import Templates
from stanch.waking import KIND, Waking
from stanch.web import metrics, pages, runbooks
from stanch.worker import Pace, Worker

SWITCH = 0.0005
"""Seconds for which one thread may keep the interpreter while another wants it."""
ANSWERING = 3.0
"""Seconds within which Slack wants an answer, and for which we stay to give those that are due when we end."""
TICK = 1.0
"""Seconds between two looks at what is due."""


async def serve(settings: Settings, host: str, port: int, transport: str = "socket") -> None:
    """Run until SIGINT or SIGTERM; prints `{"bot": URL}` once it listens. Raises `StanchError` for what is unusable."""
    # The database's thread hands the interpreter back sooner, so that acknowledgements do not wait 5 ms at each turn.
    sys.setswitchinterval(SWITCH)
    stop = asyncio.Event()
    for one in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(one, stop.set)
    with _listener(host, port) as listener:
        async with running(settings, listener, transport):
            at = f"[{host}]" if ":" in host else host
            print(json.dumps({"bot": f"http://{at}:{listener.getsockname()[1]}"}), flush=True)
            await stop.wait()


def _listener(host: str, port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(128)
    except OSError as taken:
        listener.close()
        raise StanchError(
            f"Port {port} on {host} cannot be used: {taken.strerror}. Choose another with --port."
        ) from taken
    return listener


@asynccontextmanager
async def running(settings: Settings, listener: socket.socket, transport: str = "socket") -> AsyncIterator[Desk]:
    """The whole bot, connected, until the block ends. Raises `StanchError` for what it cannot use."""
    if transport not in SECRETS:
        raise StanchError(f"There is no transport {transport}; choose {' or '.join(SECRETS)}.")
    settings.need(*SECRETS[transport])
    bot_token = settings.token("SLACK_BOT_TOKEN")
    known = production.read(settings.home)
    templates = Templates.read(settings.home / "message_templates")
    async with contextlib.AsyncExitStack() as stack:
        database = _database(settings, stack)
        # A call that begins must end before the lease does.
        margin = min(settings.stanch_slack_timeout_s, settings.stanch_lease_s / 2)
        slack = Slack(bot_token, settings.api, margin)
        stack.push_async_callback(slack.close)
        directory = Directory(slack)
        desk = Desk(database, known)
        render = Render(known, directory)
        on_call = OnCall(known, directory, _rotas(settings, slack, stack))
        pace = Pace(settings.stanch_lease_s, settings.stanch_grace_s)
        where = settings.stanch_announce_channel
        kit = Kit(desk, slack, directory, render, templates, where, on_call, grace=pace.grace)
        triage = Triage(desk, slack, settings.stanch_triage_channel)
        levers = production.Production(desk, settings.environment, settings.stanch_known_good_s, lease=pace.lease)
        stack.push_async_callback(levers.close)
        gateway = Gateway(kit, {**PERFORMERS, "signal": triage.show}, margin)

        publication = Publication(desk, settings, templates, Texts(templates, known, directory).write)
        stack.push_async_callback(publication.close)

        waking = Waking(settings, known, directory)
        stack.push_async_callback(waking.close)
        others = {**dict.fromkeys(levers.kinds, levers.perform), "publish": publication.perform, KIND: waking.perform}
        rounds = access.Round(desk, settings, directory, on_call)
        others |= {access.KIND: rounds.perform}

        async def perform(owed: Owed, incident: Incident | None) -> Outcome:
            return await others.get(owed.kind, gateway.perform)(owed, incident)

        worker = Worker(desk, perform, pace)
        desk.wake = worker.wake
        secret = settings.slack_signing_secret.get_secret_value() if settings.slack_signing_secret else ""
        app = bolt(slack, directory, bot_token, secret)
        listeners = Listeners(desk, slack, directory, render, levers.stands, on_call)
        home = Home(desk, slack, render, listeners)
        # Events first: there are the most of them, and Bolt tries one listener after the other.
        Happenings(desk, directory, home.opened).register(app)
        listeners.register(app)
        for part in (
            Clicks(desk, directory, listeners, levers.preview, levers.answer),
            Shortcuts(desk, directory, listeners),
            Drafts(desk, directory, listeners, templates),
            AccessClicks(desk, slack),
            home,
            triage,
        ):
            part.register(app)
        tell_failures(app, listeners.failed)
        way: Transport = (
            Requests(app, directory, secret)
            if transport == "http"
            else Sockets(app, slack, settings.token("SLACK_APP_TOKEN"))
        )
        stack.push_async_callback(way.close)
        tick = await _start(stack, desk, worker, directory, way, settings)
        tick.add_job(levers.keeper.look, "interval", seconds=levers.keeper.period, max_instances=1)
        tick.add_job(rounds.weekly, "interval", hours=1, misfire_grace_time=None)
        further = [*runbooks.routes(known, templates), *publication.routes, *receiver.routes(desk, _sources(settings))]
        await _listen(stack, listener, desk, way, further)
        stack.push_async_callback(_wind_down, tick, way, worker, settings.stanch_slack_timeout_s)
        yield desk


async def _wind_down(tick: AsyncIOScheduler, way: Transport, worker: Worker, patience: float) -> None:
    """Before the parts are taken down: nothing new is taken, and what was begun is brought to its end."""
    tick.pause()
    await way.rest(min(ANSWERING, patience))
    await worker.drain(patience)


def _database(settings: Settings, stack: contextlib.AsyncExitStack) -> Database:
    """The database at the schema that is needed; on SQLite also the only process on it."""
    if settings.database_url is None:
        settings.stanch_data.mkdir(parents=True, exist_ok=True)
    database = Database(settings.database)
    stack.callback(database.close)
    if not database.is_sqlite:
        schema.require(database.engine)
        return database
    stack.enter_context(alone(Path(str(database.engine.url.database)).with_suffix(".lock")))
    schema.upgrade(database.engine)
    database.run(outbox.release_all)
    return database


async def _start(
    stack: contextlib.AsyncExitStack,
    desk: Desk,
    worker: Worker,
    directory: Directory,
    way: Transport,
    settings: Settings,
) -> AsyncIOScheduler:
    async def look() -> None:
        # A coroutine, so that it runs in the loop: an event of asyncio is not for other threads to set.
        worker.wake()

    tick = AsyncIOScheduler()
    tick.add_job(look, "interval", seconds=TICK)
    tick.add_job(desk.keep_house, "interval", minutes=10, next_run_time=datetime.now(UTC) + timedelta(seconds=10))
    tick.add_job(owe_missing, "date", args=[desk], run_date=datetime.now(UTC) + timedelta(seconds=5))

    async def begin() -> None:
        await meet(directory)
        tasks.append(asyncio.create_task(worker.run()))
        await way.connect()
        with contextlib.suppress(SlackFault):
            # Only to have it at hand: whoever needs it later asks again.
            await directory.load()
            if settings.stanch_announce_channel:
                await directory.channel(settings.stanch_announce_channel)

    tasks = [asyncio.create_task(begin())]
    tick.start()

    async def end() -> None:
        tick.shutdown(wait=False)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    stack.push_async_callback(end)
    return tick


def _rotas(settings: Settings, slack: Slack, stack: contextlib.AsyncExitStack) -> Mapping[Kept, Source]:
    """Who keeps the rotas that are not in people.yml: one line each."""
    rotas: dict[Kept, Source] = {"user_group": UserGroups(slack)}
    if settings.stanch_pagerduty_token is not None:
        pagerduty = PagerDuty(settings.token("STANCH_PAGERDUTY_TOKEN"), settings.stanch_pagerduty_api)
        stack.push_async_callback(pagerduty.close)
        rotas["pagerduty"] = pagerduty
    return rotas


def _sources(settings: Settings) -> Mapping[str, receiver.Source]:
    """Who may send signals: one line each, by the name in the path."""
    token = settings.stanch_alertmanager_token
    return {
        alertmanager.SOURCE: receiver.Source(
            alertmanager.parse, token.get_secret_value() if token else None, "STANCH_ALERTMANAGER_TOKEN"
        )
    }


async def _listen(
    stack: contextlib.AsyncExitStack,
    listener: socket.socket,
    desk: Desk,
    way: Transport,
    further: Sequence[BaseRoute],
) -> None:
    async def health() -> Mapping[str, Any] | None:
        try:
            counts = await desk.database(outbox.counts, background=True)
        except Unavailable:
            return None
        return {"connected": await way.connected()} | counts

    async def read() -> tuple[bool, Figures | None]:
        connected = await way.connected()
        try:
            return connected, await desk.database(lambda db: figures(db, time.time()), background=True)
        except Unavailable:
            return connected, None

    class Server(uvicorn.Server):
        @contextlib.contextmanager
        def capture_signals(self) -> Any:
            yield

    server = Server(
        uvicorn.Config(
            pages.build(health, [metrics.route(read), *way.routes, *further]),
            log_level="warning",
            access_log=False,
            lifespan="off",
            http="h11",
            ws="none",
            loop="asyncio",
            # Longer than the minute for which a proxy before us may keep a connection, so that the proxy gives it up.
            timeout_keep_alive=75,
            timeout_graceful_shutdown=2,
        )
    )
    task = asyncio.create_task(server.serve(sockets=[listener]))

    async def end() -> None:
        server.should_exit = True
        await task

    stack.push_async_callback(end)
