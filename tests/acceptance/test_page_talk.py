"""What people do with each other and with an app on the page: threads, unread marks, edits, shortcuts, Home, forms."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.acceptance import lab as laboratory, pages
from tests.acceptance.pages import composer, messages, say
from tests.acceptance.shoot import ask, chromium

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.skipif(chromium() is None, reason="no Chromium: set CHROMIUM to one, or install it"),
]

browser, page = pages.browser, pages.page


@pytest.fixture(scope="module")
def workspace() -> Iterator[str]:
    """The address of a workspace with the app of the laboratory."""
    with laboratory.lab() as connection:
        yield connection["workspace"]


def speak(workspace: str, user: str, channel: str, text: str, **more: Any) -> str:
    """Somebody else says it, away from this page. Gives its ts."""
    return str(ask(workspace, "message", {"user": user, "channel": channel, "text": text, **more})["ts"])


def row(page: Page, text: str) -> Locator:
    return messages(page).locator(".message").filter(has_text=text)


def goes_to(page: Page, place: str) -> None:
    """By Ctrl+K and the first letters."""
    page.keyboard.press("Control+k")
    page.keyboard.type(place)
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)


def reported(page: Page, what: str) -> dict[str, Any]:
    """What the app said it was sent."""
    said = row(page, f"{what} {{").last.locator(".text")
    # Whole: the row may be drawn anew at this moment.
    expect(said).to_have_text(re.compile(rf"^\s*{what} {{.*}}\s*$", re.DOTALL))
    found: dict[str, Any] = json.loads((said.text_content() or "").strip().removeprefix(what))
    return found


def test_a_thread_is_read_and_answered_in_its_own_panel(page: Page, workspace: str) -> None:
    """Replies stay out of the channel, which says how many there are; an answer is written beside it; Escape closes."""
    first = speak(workspace, "carol", "general", "who restarts the index?")
    speak(workspace, "bob", "general", "I do", thread_ts=first)
    page.goto(f"{workspace}/#/alice/general")
    expect(row(page, "I do")).to_have_count(0)
    link = row(page, "who restarts").get_by_role("button", name="1 reply")
    expect(link).to_contain_text("Last reply today at")
    link.click()
    panel = page.locator("#drawer")
    expect(panel.locator(".message")).to_have_count(2)
    expect(panel).to_contain_text("1 reply")
    expect(page.locator("#reply")).to_be_focused()
    page.keyboard.type("thank you")
    page.keyboard.press("Enter")
    expect(panel.locator(".message").last).to_contain_text("thank you")
    expect(row(page, "who restarts").locator(".thread-link")).to_contain_text("2 replies")
    speak(workspace, "bob", "general", "done", thread_ts=first)
    expect(panel.locator(".message").last).to_contain_text("done")
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(row(page, "who restarts")).to_be_focused()
    expect(messages(page).locator(".message").filter(has_text="thank you")).to_have_count(0)


def test_what_was_not_read_is_marked_for_each_person(page: Page, workspace: str) -> None:
    """A channel turns bold and counts what calls the reader; the line "New" stands above the first unread message."""
    speak(workspace, "bob", "incidents", "read before")
    page.goto(f"{workspace}/#/alice/incidents")
    expect(row(page, "read before")).to_be_visible()
    expect(messages(page).locator(".new")).to_have_count(0)
    goes_to(page, "general")
    incidents = page.locator("#channels").get_by_role("button", name="incidents")
    expect(incidents).not_to_have_class("channel unread")
    speak(workspace, "bob", "incidents", "something new")
    expect(incidents).to_have_class("channel unread")
    expect(incidents.locator(".count")).to_have_count(0)
    speak(workspace, "bob", "incidents", "@alice look please")
    expect(incidents.locator(".count")).to_have_text("1")
    expect(page).to_have_title("(2) general · alice")

    incidents.click()
    line = messages(page).locator(".new")
    expect(line).to_have_count(1)
    expect(line.locator("+ .message")).to_contain_text("something new")
    expect(row(page, "look please").locator(".mention.mine")).to_have_text("@alice")
    expect(incidents).to_have_class("channel here")
    page.keyboard.press("Escape")
    expect(line).to_have_count(0)

    page.get_by_role("radio", name="bob").click()
    expect(row(page, "look please").locator(".mention.mine")).to_have_count(0)
    page.get_by_role("radio", name="carol").click()
    expect(line.locator("+ .message")).to_contain_text("something new")


def test_a_person_changes_and_takes_back_their_own_words(page: Page, workspace: str) -> None:
    """A message is edited where it stands, with names as typed, and deleted after a question; others' are neither."""
    page.goto(f"{workspace}/#/alice/general")
    say(page, "ask @bob about #triage")
    own = row(page, "ask @bob about #triage")
    own.focus()
    page.keyboard.press("e")
    field = page.get_by_role("textbox", name="Edit message")
    expect(field).to_be_focused()
    expect(field).to_have_value("ask @bob about #triage")
    page.keyboard.type(" today")
    page.keyboard.press("Enter")
    expect(own).to_contain_text("ask @bob about #triage today (edited)")
    expect(own.locator(".mention")).to_have_text(["@bob", "#triage"])

    speak(workspace, "bob", "general", "not yours")
    row(page, "not yours").hover()
    row(page, "not yours").get_by_role("button", name="More actions").click()
    menu = page.get_by_role("menu")
    expect(menu.get_by_role("menuitem", name="Copy link")).to_be_visible()
    expect(menu.get_by_role("menuitem", name="Delete message")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(menu).to_have_count(0)

    own.focus()
    page.keyboard.press("m")
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    question = page.get_by_role("dialog", name="Delete this message?")
    question.get_by_role("button", name="Delete").click()
    expect(own).to_have_count(0)


def test_reactions_are_given_and_taken_with_the_tools(page: Page, workspace: str) -> None:
    """The quick pushpin, the picker with its search, and a pill that is pressed again."""
    speak(workspace, "bob", "general", "react to me")
    page.goto(f"{workspace}/#/alice/general")
    target = row(page, "react to me")
    target.hover()
    target.get_by_role("button", name="React with pushpin").click()
    pill = target.get_by_role("button", name="pushpin, 1: alice")
    expect(pill).to_have_attribute("aria-pressed", "true")
    target.focus()
    page.keyboard.press("r")
    expect(page.get_by_role("textbox", name="Search emoji")).to_be_focused()
    page.keyboard.type("rotating")
    page.keyboard.press("Enter")
    expect(target.locator(".reaction").filter(has_text="🚨")).to_be_visible()
    pill.click()
    expect(pill).to_have_count(0)


def test_shortcuts_come_from_the_manifest(page: Page, workspace: str) -> None:
    """The global one opens its form from beside the message box, the one on a message sends that message."""
    speak(workspace, "bob", "triage", "worth keeping")
    page.goto(f"{workspace}/#/alice/triage")
    page.get_by_role("button", name="Shortcuts").click()
    page.get_by_role("menuitem", name="Declare an incident").click()
    expect(page.get_by_role("dialog", name="Every control")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    row(page, "worth keeping").focus()
    page.keyboard.press("m")
    page.keyboard.type("a")
    page.keyboard.press("Enter")
    assert reported(page, "added") == {"text": "worth keeping", "user": "alice"}


def test_home_is_a_place_of_its_own(page: Page, workspace: str) -> None:
    """Opening it lets the app publish it; its buttons work; another person has another one; the address leads back."""
    page.goto(f"{workspace}/#/alice/general")
    page.locator("#channels").get_by_role("button", name="Stanch · Home").click()
    home = page.locator("#home")
    expect(home).to_contain_text("Pressed 0 times")
    home.get_by_role("button", name="Press me").press("Enter")
    expect(home).to_contain_text("Pressed 1 times")
    expect(home.get_by_role("button", name="Press me")).to_be_focused()
    page.get_by_role("radio", name="bob").click()
    expect(home).to_contain_text("Pressed 0 times")
    page.goto(f"{workspace}/#/alice/~home")
    expect(home).to_contain_text("Pressed 1 times")
    goes_to(page, "general")
    expect(home).to_be_hidden()
    expect(composer(page)).to_be_focused()


def test_a_form_with_every_control_is_filled_in_by_keyboard(page: Page, workspace: str) -> None:
    """Text, radio buttons, lists short, grouped and long, a person, a date, boxes; faults stand beside their fields."""
    page.goto(f"{workspace}/#/alice/triage")
    expect(page.locator("#intro")).to_contain_text("triage")
    page.keyboard.press("/")
    expect(composer(page)).to_have_value("/")
    page.keyboard.type("inc")
    page.keyboard.press("Tab")
    page.keyboard.type("form")
    page.keyboard.press("Enter")
    form = page.get_by_role("dialog", name="Every control")
    expect(form.get_by_role("textbox", name="Title")).to_be_focused()
    page.keyboard.type("bad")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowUp")
    expect(form.get_by_role("radio", name="SEV1")).to_be_checked()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(form.get_by_role("listbox").locator(".picker-group:visible")).to_have_text(["Getting worse", "Wrong"])
    page.keyboard.press("ArrowDown")
    page.keyboard.type("q")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(form.get_by_role("combobox", name="Search: Service")).to_be_focused()
    page.keyboard.type("1")
    expect(form.get_by_role("option")).to_have_text(["Service 1", "Service 10", "Service 11", "Service 12"])
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    page.keyboard.type("@c")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("12312026")
    for _ in range(6):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.type") == "checkbox":
            break
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(form.get_by_role("checkbox", name="US")).to_be_checked()
    page.keyboard.press("Enter")
    expect(form.locator("[data-block=title] .fault")).to_have_text("That is no title.")
    expect(form.locator("[data-block=due] .fault")).to_have_text("Too late.")
    expect(form.get_by_role("textbox", name="Title")).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.type("good")
    page.keyboard.press("Enter")
    expect(form).to_have_count(0)
    sent = reported(page, "sent")
    carol = next(user["id"] for user in ask(workspace, "state")["users"] if user["name"] == "carol")
    assert sent == {
        "title": "good",
        "severity": "sev1",
        "class": "quality_regression",
        "service": "service_11",
        "owner": carol,
        "due": "2026-12-31",
        "parts": ["us"],
        "impact": None,
    }


def test_every_place_is_reached_by_keys(page: Page, workspace: str) -> None:
    """Channels are left and joined in the browser, Alt with Shift steps to what is unread, "?" shows the keys."""
    page.goto(f"{workspace}/#/erin/triage")
    page.locator("#channels").get_by_role("button", name="Browse channels").press("Enter")
    page.keyboard.type("gener")
    listed = page.get_by_role("dialog", name="Channels")
    expect(listed.get_by_role("button", name="Leave")).to_have_count(1)
    listed.get_by_role("button", name="Leave general").press("Enter")
    expect(listed.get_by_role("button", name="Join general")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#channels").get_by_role("button", name="general")).to_have_count(0)
    goes_to(page, "general")
    page.get_by_role("button", name="Join").press("Enter")
    expect(composer(page)).to_be_visible()

    goes_to(page, "triage")
    speak(workspace, "bob", "incidents", "unread by erin")
    expect(page.locator("#channels").get_by_role("button", name="incidents unread")).to_be_visible()
    page.keyboard.press("Alt+Shift+ArrowDown")
    expect(page.locator("#header h1")).to_have_text("incidents")
    page.locator("#channels").get_by_role("button", name="incidents").focus()
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Help")
    expect(keys).to_contain_text("Buttons of the newest message")
    page.keyboard.press("Escape")
    expect(keys).to_have_count(0)
