"""A real server in a process group of its own: started on a loopback port, and ended with all that it started."""

import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx

from tests.planes.servers import keeper

__all__ = ["DidNotStart", "Ended", "Server", "free_port", "work_folder"]


class DidNotStart(Exception):
    """A server that is installed does not answer in time; the text has the last lines of its log."""


class Ended(Exception):
    """A server ended although nobody asked it to; the text has the last lines of its log."""


class Server:
    """A running server. As a context manager it is started on entry and stopped on exit.

    `url` has no slash at the end; `headers` carry the rights the bot is to have; `tokens` are those and others by name;
    `log` is what it wrote; `seconds` is how long the first start took until it answered.
    """

    def __init__(
        self, name: str, version: str, *, port: int, command: list[str], folder: Path,
        env: Mapping[str, str], health: str, deadline_s: float = 180,
    ) -> None:  # fmt: skip
        self.name, self.version, self.port, self.folder = name, version, port, folder
        self.url = f"http://127.0.0.1:{port}"
        self.token = ""
        self.tokens: dict[str, str] = {}
        self.headers: dict[str, str] = {}
        self.log = folder / "log"
        self.seconds = 0.0
        self._command, self._health, self._deadline_s = command, health, deadline_s
        # Nothing of the developer's: no proxy, no key of a provider, no home.
        self._env = {
            "PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": str(folder), "TMPDIR": str(folder), **env,
        }  # fmt: skip
        self._process: subprocess.Popen[bytes] | None = None
        self._paused = False

    def __enter__(self) -> "Server":
        began = time.monotonic()
        self._start()
        self.seconds = time.monotonic() - began
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """Ask it to end, and after 10 s make it end. Nothing if it has ended."""
        if self._process is None:
            return
        self._signal(signal.SIGTERM)
        self.resume()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(10)
        self.kill()

    def kill(self) -> None:
        """End all its processes at once, as when a machine is lost. Its data and its port stay for `restart`."""
        if self._process is None:
            return
        self._signal(signal.SIGKILL)
        self._process.wait(10)
        keeper.release("group", self._process.pid)
        self._process, self._paused = None, False

    def pause(self) -> None:
        """Let it accept connections and answer nothing, until `resume`."""
        self._signal(signal.SIGSTOP)
        self._paused = True

    def resume(self) -> None:
        """Go on after `pause`; nothing if it was not paused."""
        if self._paused:
            self._signal(signal.SIGCONT)
            self._paused = False

    def restart(self) -> None:
        """End it if it runs, and start it with the same data on the same port."""
        self.stop()
        self._start()

    def mend(self) -> None:
        """Make it run and answer whatever a test did to it. Raises `Ended` once if no test made it end."""
        self.resume()
        if self._process is not None and (code := self._process.poll()) is not None:
            self.kill()
            raise Ended(f"{self.name} {self.version} ended by itself with {code}:\n{self._last_lines()}")
        if not self.running:
            self.restart()

    def _start(self) -> None:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, cwd=self.folder, env=self._env, start_new_session=True,
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
            )  # fmt: skip
        keeper.keep("group", self._process.pid)
        try:
            self._until_it_answers()
        except BaseException:
            self.kill()
            raise

    def _until_it_answers(self) -> None:
        assert self._process is not None
        end = time.monotonic() + self._deadline_s
        with httpx.Client(base_url=self.url, headers=self.headers, timeout=5, trust_env=False) as client:
            while True:
                if (code := self._process.poll()) is not None:
                    raise DidNotStart(f"{self.name} {self.version} ended with {code}:\n{self._last_lines()}")
                with suppress(httpx.TransportError):
                    if client.get(self._health).status_code == 200:
                        return
                if time.monotonic() > end:
                    raise DidNotStart(
                        f"{self.name} {self.version} does not answer {self._health} "
                        f"within {self._deadline_s:g} s:\n{self._last_lines()}"
                    )
                time.sleep(0.03)

    def _last_lines(self) -> str:
        return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-20:])

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)


def free_port() -> int:
    """A loopback port that nobody listens on, from below those given to outgoing connections: it stays free while a
    server is down."""
    while True:
        port = random.randint(20000, 32000)
        with socket.socket() as tried, suppress(OSError):
            tried.bind(("127.0.0.1", port))
            return port


@contextmanager
def work_folder(name: str) -> Iterator[Path]:
    """A folder for a server's data, gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix=f"{name}-"))
    keeper.keep("folder", folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        keeper.release("folder", folder)
