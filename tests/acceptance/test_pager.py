"""`stanch try` wakes people for practice: in a real process, and on the page in a real browser."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.acceptance import pages
from tests.acceptance.pages import at_rest, messages, rooms, until
from tests.acceptance.shoot import ask, chromium, command, trial
from tests.acceptance.test_page_looks import CONTRAST, NAMES

pytestmark = pytest.mark.slow
in_browser = pytest.mark.skipif(chromium() is None, reason="no Chromium: set CHROMIUM to one, or install it")

browser, page, tried, workspace = pages.browser, pages.page, pages.tried, pages.workspace


TOASTED = """() => {
  window.toasted = [];
  const noted = () => window.toasted.push(...[...document.querySelectorAll(".toast")].map((one) => one.textContent));
  new MutationObserver(noted).observe(document.querySelector("#toasts"), { childList: true });
}"""
"""Notes what was said in passing, however soon it is gone."""


def rung(workspace: str, title: str) -> list[dict[str, Any]]:
    """The pages of this incident."""
    found = [one for one in ask(workspace, "pages") if one["summary"].endswith(title)]
    return sorted(found, key=lambda one: str(one["key"]))


def sev1(workspace: str, title: str) -> str:
    """Declared by alice, and set to SEV1 by her. Gives the room's id."""
    command(workspace, "alice", "triage", f"declare {title}")
    until(lambda: bool(rooms(workspace, title)), "the room is open")
    room = str(rooms(workspace, title)[0]["id"])
    # The room is there a moment before the bot has noted that it is this incident's.
    until(lambda: "→ SEV1" in str(command(workspace, "alice", room, "severity SEV1")["ephemerals"]), "it is a SEV1")
    return room


def over(workspace: str, room: str) -> None:
    """So that bob is free, and asked, the next time too."""
    command(workspace, "alice", room, "dismiss false-alarm a test")


def stands(workspace: str, title: str, *states: str) -> Callable[[], bool]:
    return lambda: [one["state"] for one in rung(workspace, title)] == list(states)


def accept(workspace: str, user: str) -> None:
    """The question that was put to them alone."""
    state = ask(workspace, "state")
    person = next(one["id"] for one in state["users"] if one["name"] == user)
    direct = next(one["id"] for one in state["channels"] if one["user"] == person)
    question = ask(workspace, f"messages/{direct}?user={user}")[-1]
    ask(workspace, "click", {"user": user, "channel": direct, "ts": question["ts"], "text": "Accept"})


def test_from_the_first_ring_to_the_end(tried: dict[str, str]) -> None:
    """SEV1 rings for who is asked, with the way to the room; it stops when they accept, and ends with the incident; the
    room is not told that nobody can be woken."""
    workspace, title = tried["workspace"], "It rings"
    room = sev1(workspace, title)
    until(stands(workspace, title, "ringing"), "it rings")
    (one,) = rung(workspace, title)
    assert [one["people"], one["service"]] == [[{"user": "U0BOB", "name": "bob"}], "Support copilot"]
    assert f"/archives/{room}" in one["url"]
    accept(workspace, "bob")
    until(stands(workspace, title, "acknowledged"), "it is acknowledged")
    over(workspace, room)
    until(stands(workspace, title, "resolved"), "it is resolved")
    assert rung(workspace, title)[0]["rang"] == 1
    until(lambda: at_rest(tried["bot"]), "nothing is owed any more")
    assert "📵" not in str(ask(workspace, f"messages/{room}?user=alice"))


def test_killed_while_it_rings(tried: dict[str, str]) -> None:
    """The bot is killed after the pager rang and before it answered: it sends it again, and nobody is woken twice."""
    workspace, title = tried["workspace"], "Killed while it rings"
    ask(workspace, "faults", [{"method": "page", "nth": 1, "kind": "hold", "when": "after"}])
    room = sev1(workspace, title)
    until(stands(workspace, title, "ringing"), "it rings")
    os.kill(ask(workspace, "bot")["pid"], signal.SIGKILL)
    until(lambda: rung(workspace, title)[0]["taken"] > 1, "the bot is started again, and sends it again")
    until(lambda: at_rest(tried["bot"]), "nothing is owed any more")
    ask(workspace, "faults", method="DELETE")
    assert [(one["state"], one["rang"], one["taken"]) for one in rung(workspace, title)] == [("ringing", 1, 2)]
    over(workspace, room)


def test_not_unless_it_is_wanted(tmp_path: Path) -> None:
    """An empty STANCH_PAGE_WEBHOOK_URL is a trial without a pager: the room is told that nobody can be woken."""
    with trial(tmp_path, {**pages.FAST, "STANCH_PAGE_WEBHOOK_URL": ""}) as at:
        room = sev1(at["workspace"], "In silence")
        said = f"messages/{room}?user=alice"
        until(lambda: "📵" in str(ask(at["workspace"], said)), "the room is told")
        assert ask(at["workspace"], "app")["pager"] is False


@pytest.mark.browser
@in_browser
def test_on_the_page(page: Page, tried: dict[str, str]) -> None:
    """What rings is said aloud and counted; the panel says who, for what and how it stands, and leads there, by mouse
    and by keyboard."""
    workspace, title = tried["workspace"], "Shown on the page"
    with page.expect_response("**/practice/pages"):
        page.goto(f"{workspace}/#/alice/general")
    side = page.locator("#bot").get_by_role("button", name="Pager")
    expect(side).to_be_visible()
    page.evaluate(TOASTED)
    room = sev1(workspace, title)
    until(lambda: "The pager wakes bob: SEV1 INC-" in str(page.evaluate("window.toasted")), "it is said")
    counted = page.locator("#header").get_by_role("button", name="Pager: ")
    expect(counted).to_be_visible()
    side.focus()
    page.keyboard.press("Enter")
    shown = page.locator("#drawer .page").filter(has_text=title)
    expect(shown).to_contain_text("Ringing")
    expect(shown).to_contain_text("Support copilot")
    shown.get_by_role("link", name="Open the room").click()
    expect(messages(page).locator(".pinned")).to_contain_text(title)
    shown.get_by_role("button", name="bob").press("Enter")
    expect(page.locator("#people")).to_contain_text("Bob Brandt")
    expect(shown.get_by_role("button", name="bob")).to_be_focused()
    expect(messages(page).locator(".pinned")).to_contain_text(title)
    command(workspace, "bob", room, "note I am here")
    expect(shown).to_contain_text("Acknowledged")
    over(workspace, room)
    expect(shown).to_contain_text("Resolved")
    expect(shown.get_by_text("Choose a name")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page.locator("#drawer")).to_be_hidden()


@pytest.mark.browser
@in_browser
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_can_be_read(browser: Browser, workspace: str, theme: str) -> None:
    """In both colours every text has contrast enough and every control a name; on a telephone nothing sticks out."""
    title = f"Read in the {theme}"
    room = sev1(workspace, title)
    until(stands(workspace, title, "ringing"), "it rings")
    with browser.new_context(viewport={"width": 390, "height": 844}, color_scheme=theme) as context:  # type: ignore[arg-type]
        opened = context.new_page()
        opened.goto(f"{workspace}/#/alice/general")
        opened.locator("#header").get_by_role("button", name="Pager: ").click()
        expect(opened.locator("#drawer .page").filter(has_text=title)).to_contain_text("Ringing")
        assert opened.evaluate("document.documentElement.scrollWidth") <= 390
        opened.locator("#drawer .page").filter(has_text=title).get_by_role("link", name="Open the room").click()
        expect(opened.locator("#drawer")).to_be_hidden()
        expect(opened.locator("#header")).to_contain_text(title.lower().replace(" ", "-"))
        opened.goto(f"{workspace}/#/alice/general")
        opened.set_viewport_size({"width": 1280, "height": 800})
        opened.locator("#header").get_by_role("button", name="Pager: ").click()
        expect(opened.locator("#drawer .page").filter(has_text=title)).to_be_visible()
        expect(opened.locator("#bot").get_by_role("button", name="Pager: ")).to_be_visible()
        found = opened.evaluate(CONTRAST)
        assert found["seen"] >= 20
        assert [*found["faults"], *opened.evaluate(NAMES)] == []
    over(workspace, room)
