"""The app as a child process: started, killed on request with SIGKILL, and started again whenever it ends."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import json
import logging
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

logger = logging.getLogger("practice")

LIBC = ctypes.CDLL(None)
PR_SET_PDEATHSIG = 1


def _end_with_parent() -> None:
    """In the child: a SIGTERM when this process is gone, even by SIGKILL. Linux only; elsewhere it may be left over."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


PAUSE_S = 0.1
PAUSE_MAX_S = 5.0
STOP_S = 5.0


class Bot:
    """Runs ``command`` with exactly the environment ``env``. Its stderr is this process's; its stdout goes there too,
    but for the first line, a JSON object that says it is up (kept in :attr:`announced`).
    """

    def __init__(self, command: Sequence[str], env: Mapping[str, str], cwd: str | None = None) -> None:
        self.command = list(command)
        self.env = dict(env)
        self.cwd = cwd
        self.process: asyncio.subprocess.Process | None = None
        self.announced: dict[str, Any] | None = None
        self.up = asyncio.Event()
        self.restarts = 0
        self.on_change: Callable[[], None] = lambda: None
        self._task: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return self.process.pid if self.process and self.process.returncode is None else None

    async def start(self) -> None:
        """Start it and keep it running. Raises ``OSError`` when the command cannot be run at all."""
        await self._spawn()
        self._task = asyncio.create_task(self._keep())

    async def ready(self, timeout_s: float = 30.0) -> dict[str, Any]:
        """Wait for the first line of the process that runs now, and return it. Raises TimeoutError."""
        async with asyncio.timeout(timeout_s):
            await self.up.wait()
        return self.announced or {}

    async def kill(self) -> None:
        """SIGKILL. It is started again at once; returns when the old process is gone."""
        process = self.process
        if process is not None and process.returncode is None:
            process.kill()
            await process.wait()
            self.up.clear()

    async def stop(self) -> None:
        """End it for good: SIGTERM, after five seconds SIGKILL."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        process = self.process
        if process is None or process.returncode is not None:
            return
        process.terminate()
        try:
            async with asyncio.timeout(STOP_S):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()

    async def _spawn(self) -> None:
        self.up.clear()
        self.announced = None
        self.process = await asyncio.create_subprocess_exec(
            *self.command,
            env=self.env,
            cwd=self.cwd,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            preexec_fn=_end_with_parent if sys.platform == "linux" else None,
            limit=2**20,
        )
        self.on_change()

    async def _keep(self) -> None:
        pause = PAUSE_S
        while True:
            assert self.process is not None
            await self._read(self.process)
            status = await self.process.wait()
            self.up.clear()
            if self.announced is not None:
                pause = PAUSE_S
            logger.warning("practice.bot_ended status=%s", status)
            self.on_change()
            await asyncio.sleep(pause)
            pause = min(pause * 2, PAUSE_MAX_S)
            self.restarts += 1
            await self._spawn()

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        while line := await process.stdout.readline():
            first = None
            if self.announced is None:
                with contextlib.suppress(ValueError):
                    first = json.loads(line)
            if isinstance(first, dict):
                self.announced = first
                self.up.set()
                self.on_change()
            else:
                sys.stderr.write(line.decode("utf-8", "replace"))
