"""`GET /metrics`, in Prometheus's text format. No label holds a title, a class, a service or a person."""

import asyncio
import importlib
from collections.abc import Awaitable, Callable, Iterator
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from stanch.store.figures import Figures

if TYPE_CHECKING:
    from prometheus_client import Metric

Read = Callable[[], Awaitable[tuple[bool, Figures | None]]]
"""Is Slack connected, and the figures, or None when the database does not answer."""


def route(read: Read) -> Route:
    async def answer(request: Request) -> Response:
        # At the first scrape, and off the loop: starting should not pay for it.
        await asyncio.to_thread(importlib.import_module, "prometheus_client")
        content, content_type = _text(*await read())
        return Response(content, media_type=content_type)

    return Route("/metrics", answer, methods=["GET"])


def _text(connected: bool, found: Figures | None) -> tuple[bytes, str]:
    from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, ProcessCollector, generate_latest
    from prometheus_client.registry import Collector

    class Now(Collector):
        def collect(self) -> "Iterator[Metric]":
            yield from _metrics(connected, found)

    registry = CollectorRegistry()
    registry.register(Now())
    ProcessCollector(namespace="stanch", registry=registry)
    return generate_latest(registry), CONTENT_TYPE_LATEST


def _metrics(connected: bool, found: Figures | None) -> "Iterator[Metric]":
    from prometheus_client.core import CounterMetricFamily as Counter, GaugeMetricFamily as Gauge

    yield Gauge("stanch_connected", "1 while Slack can reach this process.", float(connected))
    yield Gauge("stanch_database_up", "1 while the database answers.", float(found is not None))
    if found is None:
        return
    effects = Gauge("stanch_effects", "What is owed to the outside, by state.", labels=["state"])
    for state, count in found.effects.items():
        effects.add_metric([state], count)
    yield effects
    late = "For how many seconds the oldest effect that is due has been waiting; held ones are left out."
    yield Gauge("stanch_effect_oldest_due_seconds", late, found.late)
    text = "Open incidents. Those that are restricted are counted apart, without severity and phase."
    incidents = Gauge("stanch_incidents_open", text, labels=["severity", "phase"])
    for (severity, phase), count in sorted(found.open.items()):
        incidents.add_metric([severity, phase], count)
    yield incidents
    yield Counter("stanch_incidents", "Incidents ever declared.", found.incidents)
    yield Counter("stanch_events", "Entries in all timelines.", found.events)
