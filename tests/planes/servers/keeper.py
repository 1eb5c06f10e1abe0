"""Ends what a test process started when that process is gone, however it went.

Run as a script; each line on its standard input is `+group PID`, `-group PID`, `+folder PATH` or `-folder PATH`. At the
end of the input, which comes at the latest with the death of the writer, it kills the groups and removes the folders.
"""

import atexit
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from functools import cache

__all__ = ["keep", "release"]


def keep(kind: str, what: object) -> None:
    """Have a process group (`group`, its id) or a folder (`folder`, its path) end with this process."""
    _tell(f"+{kind} {what}")


def release(kind: str, what: object) -> None:
    """It has been seen to."""
    _tell(f"-{kind} {what}")


def _tell(line: str) -> None:
    stdin = _keeper().stdin
    assert stdin is not None
    stdin.write(line.encode() + b"\n")
    stdin.flush()


@cache
def _keeper() -> "subprocess.Popen[bytes]":
    # A session of its own: what interrupts the tests does not interrupt it.
    keeper = subprocess.Popen(
        [sys.executable, "-I", "-S", __file__], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, start_new_session=True
    )
    atexit.register(keeper.communicate)  # closes its input, and waits until it is done
    return keeper


def main() -> None:
    kept: dict[str, list[str]] = {"group": [], "folder": []}
    for line in sys.stdin:
        kind, _, what = line.rstrip("\n").partition(" ")
        if kind[0] == "+":
            kept[kind[1:]].append(what)
        else:
            kept[kind[1:]].remove(what)
    for group in kept["group"]:
        with suppress(ProcessLookupError):
            os.killpg(int(group), signal.SIGKILL)
    if kept["group"]:
        time.sleep(0.5)  # a dying process may still write into its folder
    for folder in kept["folder"]:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
