"""The copilot behind a gateway: the engine's own traffic and settings, with the words of the model that answered."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from practice.ai import phrases, traffic
from practice.ai.causes import SAFETY
from practice.ai.copilot import CAUGHT, STRICT_BLOCKS, Begun, begun, ended, prepared
from practice.ai.engine import PRICES, TIMEOUT_MS, WORDS, Engine, around_ms
from practice.ai.gateway import Gateway, Reply
from practice.ai.judge import judged
from practice.ai.messages import written
from practice.ai.model import Answer, Content, Json, Question, Served
from practice.ai.settings import MODELS, Values

MOST_AT_ONCE = 20
"""A gateway that hangs is not asked by more than these."""


class Behind:
    """Answers an engine's traffic through a gateway. ``start`` and ``close`` it on the loop that moves the engine."""

    def __init__(self, engine: Engine, gateway: Gateway) -> None:
        self.engine = engine
        self.gateway = gateway
        self.tasks: set[asyncio.Task[Answer | None]] = set()

    def start(self) -> None:
        """From now on all of the traffic goes through the gateway; what was answered without it is forgotten."""
        self.engine.fresh_start()
        self.engine.answered_by = self.take

    async def close(self) -> None:
        self.engine.answered_by = lambda asked: None
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        await self.gateway.close()

    def take(self, asked: Question) -> None:
        """One request of the traffic; its answer is kept when it is there."""
        if len(self.tasks) >= MOST_AT_ONCE:
            self.engine.keep(self.engine.made(asked, self.named(self.engine.met()), Content(WORDS[503]), 503))
            return
        task = asyncio.create_task(self.answer(asked))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def ask(self, text: str, tenant: str, key: str) -> Answer:
        """A question that somebody sends in. While the feature is off, a 503 that is not kept."""
        engine = self.engine
        asked = traffic.typed(text, tenant, key, engine.draw)
        if engine.settings.served["feature"] == "off":
            return engine.made(asked, self.named(engine.met()), Content(phrases.STOPPED, tokens=0), 503)
        answer = await self.answer(asked)
        assert answer is not None  # only batch work is held at its source
        return answer

    async def answer(self, asked: Question) -> Answer | None:
        """Answer it and keep it; None for batch work that waits at its source for a place in the queue."""
        engine, at = self.engine, self.engine.now
        # What it met when it began is what it is judged by, whatever is set until the gateway answers.
        served, broken = Values(engine.settings.served), set(engine.causes.broken)
        met = self.named(engine.met())
        if engine.waits(asked):
            return None
        turned = engine.turned_away(asked, met)
        if turned is not None:
            return engine.keep(turned)
        ready = prepared(asked, served)
        if ready is not None:
            return engine.keep(engine.ready(asked, met, ready))
        work = begun(asked, served, broken, engine.draw)
        wait_ms, _ = engine.queued(asked, work.steps, 1)
        reply = await self.tried(written(asked, met, work, served, broken), 1 + served.whole("retries"))
        met = replace(met, model=reply.model or met.model, served_by=reply.served_by)
        if reply.model in MODELS:
            engine.model_seen = reply.model
        content = self.content(asked, work, served, broken, reply)
        cost = content.tokens * PRICES.get(reply.model, 0.0)
        engine.gates.spend(cost)
        took_ms = wait_ms + reply.took_ms + around_ms(met, work.steps)
        status = reply.status
        if status == 200 and took_ms > TIMEOUT_MS and not asked.batch:
            content, status, took_ms = Content(WORDS[504], tokens=content.tokens), 504, TIMEOUT_MS
        return engine.keep(engine.made(asked, met, content, status, took_ms, wait_ms, cost, at, reply.error))

    async def tried(self, body: Json, most: int) -> Reply:
        """The first reply that is no failure of the gateway, or the last one; its time is that of all tries."""
        took_ms = 0.0
        while True:
            reply = await self.gateway.ask(body)
            took_ms, most = took_ms + reply.took_ms, most - 1
            if reply.status < 500 or reply.status == 504 or most < 1:
                return replace(reply, took_ms=took_ms)

    def content(self, asked: Question, work: Begun, served: Values, broken: set[str], reply: Reply) -> Content:
        """What a customer gets of the reply, past the copilot's own filter, and what the judge says of it."""
        if reply.status != 200:
            return Content(WORDS[reply.status])
        tokens = round((reply.read + reply.written) * work.growth)
        text, marks = reply.text, judged(asked, work, served, reply.text)
        strict, draw = served["filter"] == "strict", self.engine.draw
        caught = strict or (SAFETY not in broken and draw.random() < CAUGHT)
        over = strict and draw.random() < STRICT_BLOCKS
        if reply.blocked or over or (caught and marks.get("flagged")):
            text, marks = phrases.REFUSAL[asked.language], {"blocked": True}
        return ended(asked, work, text, marks, tokens, draw)

    def named(self, met: Served) -> Served:
        """Until a model has answered, the name that the gateway is asked for stands for it."""
        return replace(met, model=self.gateway.model, provider="gateway", served_by="")
