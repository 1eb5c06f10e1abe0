"""The page of the practice workspace, in a real browser, with the real bot behind it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.acceptance import pages
from tests.acceptance.pages import (
    HOSTILE,
    assert_harmless,
    at_rest,
    card,
    composer,
    declare,
    held,
    messages,
    rooms,
    say,
    until,
)  # fmt: skip
from tests.acceptance.shoot import ask, chromium, command

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(chromium() is None, reason="no Chromium: set CHROMIUM to one, or install it"),
]

browser, page, tried, workspace, alone = pages.browser, pages.page, pages.tried, pages.workspace, pages.alone


@pytest.mark.slow
def test_a_person_declares_and_loses_nothing_when_the_bot_is_killed(page: Page, tried: dict[str, str]) -> None:
    """Declared by the form, a seat taken by its button, the bot killed while it posts: one room, one card, one note."""
    workspace = tried["workspace"]
    title = "Answers cite the wrong policy"
    declare(page, workspace, title)
    expect(card(page)).to_contain_text("SEV2")
    expect(card(page)).to_contain_text("Quality regression")

    say(page, "/incident role scribe none")
    card(page).get_by_role("button", name="Take this role").click()
    expect(card(page).get_by_role("button", name="Take this role")).to_have_count(0)
    expect(card(page)).to_contain_text("Scribe @alice")

    ask(workspace, "faults", [{"method": "chat.postMessage", "nth": 1, "kind": "hold", "when": "after"}])
    say(page, "/incident note the prompt went back at 14:02")
    until(lambda: held(workspace, "chat.postMessage"), "the note is being posted")
    restarts = ask(workspace, "bot")["restarts"]
    page.get_by_role("button", name="Kill the bot").click()
    until(lambda: ask(workspace, "bot")["restarts"] == restarts + 1, "the bot is started again")
    ask(workspace, "faults", method="DELETE")
    expect(page.locator("#bot")).to_contain_text("Bot connected")

    say(page, "/incident severity SEV1")
    expect(card(page)).to_contain_text("SEV1")
    until(lambda: at_rest(tried["bot"]), "nothing is owed any more")
    notes = messages(page).locator(".message:not(.ephemeral)").filter(has_text="the prompt went back at 14:02")
    expect(notes).to_have_count(1)
    expect(card(page)).to_have_count(1)
    found = [(len(room["pins"]), len(room["bookmarks"])) for room in rooms(workspace, title)]
    assert found == [(1, 1)]


@pytest.mark.slow
def test_the_card_changes_for_everybody_who_looks_at_it(page: Page, browser: Browser, workspace: str) -> None:
    """What alice does in a room is seen by bob on his own page without a reload, and read out for a screen reader."""
    declare(page, workspace, "Seen by two")
    room = rooms(workspace, "Seen by two")[0]["name"]
    with browser.new_context() as context:
        other = context.new_page()
        other.goto(f"{workspace}/#/bob/{room}")
        expect(card(other)).to_contain_text("SEV2")
        say(page, "/incident severity SEV1")
        expect(card(other)).to_contain_text("SEV1")
        say(page, "/incident note the cache is warm")
        expect(other.locator("#spoken")).to_contain_text("the cache is warm")


@pytest.mark.slow
def test_a_click_is_not_lost_when_what_was_pressed_changes_meanwhile(page: Page, tried: dict[str, str]) -> None:
    """Alice presses a button, the card changes under her finger, she lets go: the click counts."""
    workspace = tried["workspace"]
    declare(page, workspace, "Pressed while it changes")
    command(workspace, "carol", rooms(workspace, "Pressed while it changes")[0]["id"], "role scribe none")
    button = card(page).get_by_role("button", name="Take this role")
    expect(button).to_be_visible()
    until(lambda: at_rest(tried["bot"]), "nothing moves the card any more")
    box = button.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    room = rooms(workspace, "Pressed while it changes")[0]
    command(workspace, "bob", room["id"], "severity SEV1")
    until(lambda: "SEV1" in str(ask(workspace, f"messages/{room['id']}?user=alice")), "the card has changed")
    page.wait_for_timeout(500)
    expect(card(page)).not_to_contain_text("SEV1")
    page.mouse.up()
    expect(card(page)).to_contain_text("SEV1")
    expect(card(page)).to_contain_text("Scribe @alice")


def test_a_filled_form_shows_all_of_what_it_is_filled_with(page: Page, workspace: str) -> None:
    """The update that *Draft update* proposes is read from its first line to its last without scrolling."""
    declare(page, workspace, "A form that is filled")
    card(page).get_by_role("button", name="Draft update").click()
    field = page.get_by_role("dialog").locator("[data-block=text] textarea")
    expect(field).to_have_value(re.compile("Next word at"))
    assert field.evaluate("field => [field.scrollTop, field.scrollHeight <= field.clientHeight]") == [0, True]
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


@pytest.mark.slow
def test_everything_works_by_keyboard_alone(page: Page, tried: dict[str, str]) -> None:
    """Without a mouse: the form is opened, left by Escape, filled in and sent, the room reached, a seat taken."""
    workspace = tried["workspace"]
    page.goto(f"{workspace}/#/alice/triage")
    expect(page.locator("#intro")).to_contain_text("triage")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(composer(page)).to_be_focused()
    form = page.get_by_role("dialog", name="Declare an incident")

    page.keyboard.type("/inc")
    page.keyboard.press("Enter")
    page.keyboard.type("declare")
    page.keyboard.press("Enter")
    expect(form).to_be_visible()
    page.keyboard.press("Escape")
    expect(form).to_have_count(0)
    expect(composer(page)).to_be_focused()

    page.keyboard.press("ArrowUp")
    expect(composer(page)).to_have_value("/incident declare")
    page.keyboard.press("Enter")
    expect(form.locator("[data-block=title] input")).to_be_focused()
    for _ in range(30):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('dialog') !== null")
    form.locator("[data-block=title] input").focus()
    page.keyboard.type("By keyboard alone")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowUp")
    expect(form.get_by_role("radio", name="Quality regression")).to_be_checked()
    page.keyboard.press("Enter")
    expect(form).to_have_count(0)

    expect(page.locator("#channels")).to_contain_text("by-keyboard-alone")
    page.keyboard.press("Control+k")
    page.keyboard.type("keyboard")
    page.keyboard.press("Enter")
    expect(card(page)).to_contain_text("By keyboard alone")
    page.keyboard.press("F6")
    expect(page.get_by_role("radio", name="alice")).to_be_focused()
    page.keyboard.press("/")
    expect(composer(page)).to_be_focused()
    page.keyboard.type("incident role scribe none")
    page.keyboard.press("Enter")
    expect(card(page)).to_contain_text("Scribe  Stanch")
    until(lambda: at_rest(tried["bot"]), "nothing moves the focus any more")
    page.keyboard.press("Shift+F6")
    expect(messages(page).locator(".message").last).to_be_focused()
    page.keyboard.press("p")
    take = card(page).get_by_role("button", name="Take this role")
    for _ in range(20):
        # In one step: between finding the button and asking whether it has the focus the card may be drawn anew.
        if page.evaluate("document.activeElement.textContent") == "Take this role":
            break
        page.keyboard.press("Tab")
    expect(take).to_be_focused()
    page.keyboard.press("Enter")
    expect(card(page)).to_contain_text("Scribe @alice")
    page.keyboard.press("c")
    expect(composer(page)).to_be_focused()


def test_a_form_says_beside_the_field_what_is_missing(page: Page, workspace: str) -> None:
    """A form sent without its title stays open, with the fault beside the field and the focus in it."""
    page.goto(f"{workspace}/#/alice/triage")
    say(page, "/incident declare")
    form = page.get_by_role("dialog", name="Declare an incident")
    form.get_by_role("button", name="Declare", exact=True).click()
    expect(form.locator("[data-block=title] .fault")).to_have_text("Please complete this required field.")
    expect(form.locator("[data-block=title] input")).to_be_focused()
    form.get_by_role("button", name="Cancel").click()
    expect(form).to_have_count(0)


def test_hostile_text_stays_text(page: Page, workspace: str) -> None:
    """Markup, scripts and script links in a title, a note and a person's message are shown as typed and run nowhere."""
    command(workspace, "alice", "triage", f"declare {HOSTILE}")
    page.goto(f"{workspace}/#/alice/triage")
    page.locator("#channels").get_by_role("button", name="img-src").click()
    say(page, f"/incident note {HOSTILE}")
    say(page, HOSTILE)
    expect(messages(page).locator(".message").filter(has_text=HOSTILE)).not_to_have_count(0)
    expect(card(page)).to_contain_text("<img src=x")
    assert_harmless(page)


@pytest.mark.slow
def test_the_way_to_the_ai_service(page: Page, workspace: str, alone: dict[str, str]) -> None:
    """Beside the bot's state stands the way to the service that is broken and mended; a workspace alone has none."""
    page.goto(workspace)
    link = page.locator("#bot").get_by_role("link", name="Practice AI service")
    expect(link).to_have_attribute("href", ask(workspace, "app")["ai_url"] + "/")
    with page.expect_popup() as opened:
        link.click()
    expect(opened.value).to_have_title("Practice AI service")
    expect(opened.value.get_by_role("button", name="Break:")).to_have_count(7)
    page.goto(alone["workspace"])
    expect(page.locator("#bot")).to_contain_text("No bot connected")
    expect(page.locator("#bot").get_by_role("link")).to_have_count(0)
