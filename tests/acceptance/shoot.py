"""Makes the README's pictures, in both colours and for a telephone. Run ``python tests/acceptance/shoot.py DIR``.

Also home to what any test in a browser needs: finding Chromium, and starting ``stanch try``.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect, sync_playwright

FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
END_S = 10.0

SAID = [
    ("carol", "severity SEV2"),
    ("carol", "class quality_regression"),
    ("carol", "service support-copilot"),
    ("carol", "impact 3 of 10 answers about refunds quote the 2024 policy (EU, web chat)"),
    ("carol", "role scribe none"),
    ("bob", "note Prompt `support-bot` went from v17 to v18 at 13:51, just before the first complaint."),
]


def chromium() -> str | None:
    """The browser to use: ``CHROMIUM``, else the first that is found on the path; None when there is none."""
    return os.environ.get("CHROMIUM") or next((found for name in NAMES if (found := shutil.which(name))), None)


@contextmanager
def child(command: list[str], environment: Mapping[str, str] | None = None) -> Iterator[Any]:
    """Run a command that announces itself by one JSON line on stdout; gives that line, and ends it with SIGTERM."""
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env={**os.environ, **(environment or {})}
    )
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        if not line:
            raise RuntimeError(f"{' '.join(command)} ended with {process.wait()} and announced nothing")
        yield json.loads(line)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(END_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()


@contextmanager
def trial(data: Path, environment: Mapping[str, str] | None = None) -> Iterator[dict[str, str]]:
    """``stanch try`` with its state in ``data``: the addresses of the ``workspace`` and of the ``bot``."""
    command = [sys.executable, "-m", "stanch", "try", "--port", "0", "--data", str(data), "--no-browser"]
    with child(command, environment) as announced:
        yield announced


def ask(workspace: str, path: str, body: Any = None, method: str | None = None) -> Any:
    """One request to ``/practice/PATH``: POST with a body, else GET. Gives the JSON answer."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{workspace}/practice/{path}", data=data, method=method)
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.loads(answer.read())


def command(workspace: str, user: str, channel: str, text: str) -> Any:
    return ask(workspace, "command", {"user": user, "channel": channel, "command": "/incident", "text": text})


def shoot(out: Path) -> None:
    """An incident some minutes in, as alice sees it, into the folder ``out``. Raises RuntimeError without Chromium.

    ``room.png``, ``room-dark.png``, ``home.png`` and ``form.png`` at 1280 by 800; ``telephone.png`` at 390 by 844.
    """
    browser_path = chromium()
    if browser_path is None:
        raise RuntimeError("no Chromium: set CHROMIUM to one, or install it")
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data, trial(Path(data)) as announced, sync_playwright() as playwright:
        workspace = announced["workspace"]
        browser = playwright.chromium.launch(executable_path=browser_path, args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 800}, color_scheme="light")
        command(workspace, "alice", "triage", "declare Answers cite the wrong policy")
        room = open_room(page, workspace)
        for user, text in SAID:
            command(workspace, user, room, text)
        expect(page.get_by_role("button", name="Take this role")).to_be_visible()
        expect(page.locator("#messages").get_by_text("just before the first complaint")).to_be_visible()
        # What the pager said in passing would stand over the first words.
        expect(page.locator(".toast")).to_have_count(0, timeout=20_000)
        for name, scheme in (("room", "light"), ("room-dark", "dark")):
            page.emulate_media(color_scheme=scheme)
            page.goto(f"{workspace}/#/alice/{room}")
            show_card(page)
            page.screenshot(path=out / f"{name}.png")
        page.emulate_media(color_scheme="light")
        page.locator("#channels").get_by_role("button", name="Home").click()
        expect(page.locator("#home")).to_contain_text("Answers cite the wrong policy")
        page.screenshot(path=out / "home.png")
        page.goto(f"{workspace}/#/alice/{room}")
        page.set_viewport_size({"width": 390, "height": 844})
        show_card(page)
        page.screenshot(path=out / "telephone.png")
        page.set_viewport_size({"width": 1280, "height": 800})
        page.get_by_role("button", name="Shortcuts").click()
        page.get_by_role("menuitem", name="Declare an incident").click()
        expect(page.get_by_role("dialog", name="Declare an incident")).to_be_visible()
        page.screenshot(path=out / "form.png")
        browser.close()


def show_card(page: Page) -> None:
    """The room's card at the upper edge, with what was read before taken as read."""
    page.keyboard.press("Escape")
    page.locator("#messages .pinned").evaluate("card => card.scrollIntoView()")


def open_room(page: Page, workspace: str) -> str:
    """Open the first incident's room as alice, once its card is pinned. Gives the channel's name."""
    page.goto(f"{workspace}/#/alice/triage")
    button = page.locator("#channels").get_by_role("button", name="inc-1-")
    button.click()
    expect(page.locator("#messages .pinned")).to_be_visible()
    return str(button.get_attribute("title"))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python tests/acceptance/shoot.py DIR")
    shoot(Path(sys.argv[1]))
