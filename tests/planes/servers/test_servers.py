"""What installs and runs real servers, shown with a small one: Python's own HTTP server."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.planes.servers.cache import CannotBeHad, installed, run
from tests.planes.servers.process import DidNotStart, Ended, Server, free_port, work_folder

ROOT = Path(__file__).parents[3]
ORPHAN = """
import sys, time
from pathlib import Path
from tests.planes.servers.process import work_folder
from tests.planes.servers.test_servers import small
with work_folder("orphan") as folder, small(folder) as server:
    print(server.url, folder, flush=True)
    time.sleep(60)
"""


def small(folder: Path, *, deadline_s: float = 10, command: list[str] | None = None) -> Server:
    port = free_port()
    serve = [sys.executable, "-S", "-m", "http.server", "--bind", "127.0.0.1", str(port)]
    return Server(
        "small", "1.0", port=port, command=command or serve, folder=folder, env={}, health="/", deadline_s=deadline_s
    )


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with small(tmp_path) as server:
        yield server


def get(server: Server, path: str = "/", *, timeout_s: float = 10) -> str:
    return httpx.get(server.url + path, timeout=timeout_s, trust_env=False).raise_for_status().text


def test_a_paused_server_takes_connections_and_answers_after_resume(server: Server) -> None:
    """Paused it is slow, not gone; resumed it answers again."""
    server.pause()
    with pytest.raises(httpx.ReadTimeout):
        get(server, timeout_s=0.3)
    server.resume()
    assert "log" in get(server)


def test_a_killed_server_comes_back_with_its_data_on_its_port(server: Server) -> None:
    """Killed it refuses connections; `mend` starts it where it was."""
    (server.folder / "data").write_text("kept", encoding="utf-8")
    server.kill()
    with pytest.raises(httpx.ConnectError):
        get(server)
    server.mend()
    assert get(server, "/data") == "kept"


def test_a_server_that_ends_by_itself_is_told_of_once(server: Server) -> None:
    """It is no test's doing, so that `mend` fails with its exit code; the next time it is started again."""
    process = server._process
    assert process is not None
    process.terminate()
    process.wait()
    with pytest.raises(Ended, match=r"^small 1\.0 ended by itself with -15:\n"):
        server.mend()
    server.mend()
    assert "log" in get(server)


def test_a_server_that_ends_says_why(tmp_path: Path) -> None:
    """The failure names the server, its version, its exit code and its last words."""
    broken = small(tmp_path, command=[sys.executable, "-S", "-c", "import sys; sys.exit('no room left')"])
    with pytest.raises(DidNotStart, match=r"^small 1\.0 ended with 1:\nno room left$"):
        broken.__enter__()


def test_a_server_that_never_answers_is_ended(tmp_path: Path) -> None:
    """After the deadline it is killed, and the failure says what was asked and how long."""
    silent = small(tmp_path, command=[sys.executable, "-c", "import time; time.sleep(60)"], deadline_s=0.3)
    with pytest.raises(DidNotStart, match=r"^small 1\.0 does not answer / within 0\.3 s"):
        silent.__enter__()
    assert not silent.running


def test_nothing_stays_when_the_tests_are_killed() -> None:
    """SIGKILL to the process that started a server ends the server and removes its folder."""
    tests = subprocess.Popen([sys.executable, "-c", ORPHAN], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert tests.stdout is not None
    with tests.stdout as output:
        url, folder = output.readline().split()
    assert httpx.get(url, trust_env=False).status_code == 200
    os.kill(tests.pid, signal.SIGKILL)
    tests.wait()
    end = time.monotonic() + 10
    while Path(folder).exists() and time.monotonic() < end:
        time.sleep(0.05)
    assert not Path(folder).exists()
    with pytest.raises(httpx.ConnectError):
        httpx.get(url, trust_env=False)


def test_a_work_folder_is_gone_afterwards() -> None:
    """Also when the test in it fails."""
    with pytest.raises(ZeroDivisionError), work_folder("small") as folder:
        raise ZeroDivisionError
    assert not folder.exists()


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TEST_PLANES_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_half_an_install_is_never_taken_for_a_whole_one(cache: Path) -> None:
    """What a broken off install left is thrown away by the next, which begins with an empty folder."""

    def broken_off(folder: Path) -> None:
        (folder / "half").touch()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        installed("small", "1.0", "recipe", broken_off)
    assert (cache / "small-1.0/half").exists()
    folder = installed("small", "1.0", "recipe", lambda folder: (folder / "whole").touch())
    assert {path.name for path in folder.iterdir()} == {"whole", "stanch-installed"}


def test_one_installs_and_the_others_wait(cache: Path) -> None:
    """Of four that ask at once one installs, and all get a whole one."""
    begun: list[Path] = []

    def slowly(folder: Path) -> None:
        begun.append(folder)
        time.sleep(0.2)
        (folder / "whole").touch()

    def ask(_: int) -> bool:
        return (installed("small", "1.0", "recipe", slowly) / "whole").exists()

    with ThreadPoolExecutor(4) as four:
        assert all(four.map(ask, range(4)))
    assert len(begun) == 1


def test_another_recipe_installs_anew(cache: Path) -> None:
    """Changed pins count although the version of the server is the same."""
    installed("small", "1.0", "a==1", lambda folder: (folder / "old").touch())
    folder = installed("small", "1.0", "a==2", lambda folder: (folder / "new").touch())
    assert {path.name for path in folder.iterdir()} == {"new", "stanch-installed"}


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (["no-such-program"], "small 1.0: no-such-program is not installed"),
        ([sys.executable, "-S", "-c", "raise SystemExit('no route')"], r"small 1.0: python\S* ended with 1:\nno route"),
    ],
)
def test_what_cannot_be_had_is_named_with_the_reason(cache: Path, command: list[str], reason: str) -> None:
    """The reason names the server, its version, the step that failed and its last words; nothing half is kept."""
    with pytest.raises(CannotBeHad, match=f"^{reason}$"):
        installed("small", "1.0", "recipe", lambda folder: run(*command, cwd=folder))
    assert not (cache / "small-1.0").exists()
