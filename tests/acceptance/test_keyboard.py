"""From declaring to closed in the real browser with the keyboard alone: no mouse, and no click made by a program."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.acceptance import pages
from tests.acceptance.homes import home
from tests.acceptance.pages import FAST, card
from tests.acceptance.shoot import chromium, trial

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.skipif(chromium() is None, reason="no Chromium: set CHROMIUM to one, or install it"),
]

browser, page = pages.browser, pages.page
STEPS_MAX = 60
NAME = """() => {
  const one = document.activeElement;
  return (one.getAttribute("aria-label") || one.labels?.[0]?.innerText || one.innerText || "").trim();
}"""


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """`stanch try` with incidents that need not stay quiet."""
    folder = tmp_path_factory.mktemp("keyboard")
    with trial(folder / "data", FAST | {"STANCH_HOME": str(home(folder / "home"))}) as announced:
        yield announced["workspace"]


def name(page: Page) -> str:
    """What a screen reader calls the control that has the focus."""
    return str(page.evaluate(NAME))


def kind(page: Page) -> str:
    return str(page.evaluate("() => document.activeElement.type ?? ''"))


def tab_to(page: Page, wanted: str) -> None:
    for _ in range(STEPS_MAX):
        if name(page).startswith(wanted):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not lead to {wanted!r}; it ends at {name(page)!r}")


def choose(page: Page, wanted: str) -> None:
    """In the next group of radio buttons."""
    page.keyboard.press("Tab")
    while kind(page) != "radio":
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    for _ in range(STEPS_MAX):
        if name(page).startswith(wanted):
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"the arrows do not lead to {wanted!r}")


def send(page: Page, button: str) -> None:
    """The form's own button."""
    tab_to(page, button)
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)


def press(page: Page, label: str) -> None:
    """A button of the card."""
    expect(card(page).get_by_role("button", name=label, exact=True)).to_be_visible()
    if kind(page) == "textarea":
        # From the message box to the messages: in a text a key is only a letter.
        page.keyboard.press("Shift+F6")
    page.keyboard.press("p")
    tab_to(page, label)
    page.keyboard.press("Enter")


def fill(page: Page, label: str, **fields: Any) -> None:
    """The form behind a button of the card: press it, and type into each field, by its label."""
    press(page, label)
    expect(page.get_by_role("dialog")).to_be_visible()
    for field, value in fields.items():
        if field.startswith("choice"):
            choose(page, value)
        else:
            tab_to(page, field.replace("_", " "))
            page.keyboard.type(value)


def types(page: Page, command: str) -> None:
    """`/incident …` in the message box: the slash leads there from anywhere."""
    page.keyboard.press("/")
    page.keyboard.type(f"incident {command}")
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")


def test_from_declaring_to_closed_by_keyboard(page: Page, workspace: str) -> None:
    """Typing, Tab, arrows, Enter and the page's keys lead through every phase; what is missing is refused."""
    page.goto(f"{workspace}/#/alice/general")
    expect(page.locator("#composer")).to_be_visible()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("Buttons of the pinned message")
    page.keyboard.press("Escape")
    types(page, "declare")
    expect(page.get_by_role("dialog", name="Declare an incident")).to_be_visible()
    tab_to(page, "What is wrong?")
    page.keyboard.type("Keys alone")
    choose(page, "Latency")
    choose(page, "SEV4")
    send(page, "Declare")

    expect(page.locator("#channels")).to_contain_text("keys-alone")
    page.keyboard.press("Control+k")
    page.keyboard.type("keys-alone")
    page.keyboard.press("Enter")
    expect(card(page)).to_contain_text("phase assess")
    fill(page, "Record a mitigation…", What="batch and free traffic paused")
    send(page, "Record it")
    expect(card(page)).to_contain_text("phase mitigate")
    press(page, "It took effect")
    expect(card(page)).to_contain_text("(effective)")
    press(page, "Contained")
    expect(page.locator("#messages")).to_contain_text("nobody has shown that users are better off")
    types(page, "judged 20 0")
    expect(page.locator("#messages")).to_contain_text("enough for /incident contained")
    press(page, "Contained")
    expect(card(page)).to_contain_text("phase diagnose")
    fill(page, "Explain the cause…", choice="Probable", The_cause="one tenant took the queue")
    send(page, "Explain")
    expect(card(page)).to_contain_text("phase resolve")
    fill(page, "Settle a mitigation…", choice="It is taken back")
    send(page, "Save")
    expect(card(page)).to_contain_text("(removed)")
    types(page, "judged 60 0")
    press(page, "Watch")
    expect(card(page)).to_contain_text("phase watching")
    fill(page, "It held: resolve…", What_is_the="a limit for each tenant")
    send(page, "Resolve")
    expect(card(page)).to_contain_text("phase learn")
    fill(page, "Close…", Summary="One tenant took it all; now there is a limit.")
    send(page, "Close it")
    expect(card(page)).to_contain_text("phase closed")
    expect(page.locator("#messages")).to_contain_text("Head of the timeline")
