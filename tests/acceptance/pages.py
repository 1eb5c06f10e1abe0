"""A browser on the practice workspace: fixtures, and what a person does on its page."""

from __future__ import annotations

import json
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from tests.acceptance.shoot import FLAGS, ask, child, chromium, trial

WAIT_MS = 25_000
FAST = {"STANCH_GRACE_S": "0.3", "STANCH_LEASE_S": "2", "STANCH_SLACK_TIMEOUT_S": "2"}
HOSTILE = "<img src=x onerror=window.hurt=1><script>window.hurt=1</script>[x](javascript:window.hurt=1)"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh page at 1280 by 800. The test fails if anything was written to its console as an error."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(WAIT_MS)
    opened = context.new_page()
    errors: list[str] = []
    opened.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    opened.on("pageerror", lambda error: errors.append(str(error)))
    expect.set_options(timeout=WAIT_MS)
    yield opened
    context.close()
    assert errors == []


@pytest.fixture(scope="module")
def tried(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """``stanch try``: the addresses of the workspace and of the bot. Each test declares under a title of its own."""
    with trial(tmp_path_factory.mktemp("try"), FAST) as announced:
        yield announced


@pytest.fixture
def workspace(tried: dict[str, str]) -> str:
    """The address of a workspace with the bot in it."""
    return tried["workspace"]


@pytest.fixture(scope="module")
def alone() -> Iterator[dict[str, str]]:
    """A workspace without a bot: its addresses and tokens."""
    with child([sys.executable, "-m", "practice", "--port", "0"]) as connection:
        yield connection


def composer(page: Page) -> Locator:
    return page.locator("#composer")


def say(page: Page, text: str) -> None:
    """Type into the message box and send it, taking no suggestion."""
    composer(page).fill(text)
    composer(page).press("Escape")
    composer(page).press("Enter")


def messages(page: Page) -> Locator:
    return page.locator("#messages")


def card(page: Page) -> Locator:
    return messages(page).locator(".pinned")


def declare(page: Page, workspace: str, title: str) -> None:
    """As alice: ask for the form by the command, fill it in, and stand in the room with its card pinned."""
    page.goto(f"{workspace}/#/alice/triage")
    say(page, "/incident declare")
    form = page.get_by_role("dialog", name="Declare an incident")
    form.locator("[data-block=title] input").fill(title)
    form.get_by_role("radio", name="Quality regression").check()
    form.get_by_role("radio", name="SEV2").check()
    form.get_by_role("button", name="Declare", exact=True).click()
    messages(page).get_by_role("button", name=slug(title)).click()
    expect(card(page)).to_contain_text(title)


def until(holds: Callable[[], bool], what: str) -> None:
    """Wait until it holds, at most 20 s."""
    end = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < end, f"never: {what}"
        time.sleep(0.05)


def held(workspace: str, method: str) -> bool:
    """Whether a call of this method is being held open."""
    return any(call["method"] == method and call["ended"] is None for call in ask(workspace, "calls"))


def slug(title: str) -> str:
    """What the room of an incident with this title has after its number."""
    return "-" + title.lower().replace(" ", "-")


def rooms(workspace: str, title: str) -> list[dict[str, Any]]:
    return [channel for channel in ask(workspace, "state")["channels"] if channel["name"].endswith(slug(title))]


def at_rest(bot: str) -> bool:
    with urllib.request.urlopen(f"{bot}/health", timeout=5) as answer:
        health = json.loads(answer.read())
    return health["connected"] and not any(health[count] for count in ("owed", "trying", "held"))


def channel_id(connection: dict[str, str], name: str) -> str:
    channels = ask(connection["workspace"], "state")["channels"]
    return str(next(channel["id"] for channel in channels if channel["name"] == name))


def assert_harmless(page: Page) -> None:
    assert page.evaluate("window.hurt") is None
    assert page.locator("#messages img, #messages script, #messages iframe, #messages [onerror]").count() == 0
    assert page.locator("a[href^='javascript' i]").count() == 0
