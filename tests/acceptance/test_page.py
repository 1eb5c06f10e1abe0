"""The page of the practice workspace, in a real browser, with the real bot behind it."""

from __future__ import annotations

import json
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright
from slack_sdk import WebClient

from tests.acceptance.shoot import FLAGS, ask, child, chromium, command, open_room, trial

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(chromium() is None, reason="no Chromium: set CHROMIUM to one, or install it"),
]

WAIT_MS = 10_000
FAST = {"STANCH_GRACE_S": "0.3", "STANCH_LEASE_S": "2", "STANCH_SLACK_TIMEOUT_S": "2"}
TITLE = "Answers cite the wrong policy"
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


@pytest.fixture
def tried(tmp_path: Path) -> Iterator[dict[str, str]]:
    """``stanch try``: the addresses of the workspace and of the bot."""
    with trial(tmp_path, FAST) as announced:
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


def declare(page: Page, workspace: str) -> None:
    """As alice: ask for the form by the command, fill it in, and stand in the room with its card pinned."""
    page.goto(f"{workspace}/#/alice/triage")
    say(page, "/incident declare")
    form = page.get_by_role("dialog", name="Declare an incident")
    form.locator("[data-block=title] input").fill(TITLE)
    form.get_by_role("radio", name="Quality regression").check()
    form.get_by_role("radio", name="SEV2").check()
    form.get_by_role("button", name="Declare", exact=True).click()
    messages(page).get_by_role("button", name="#inc-1-").click()
    expect(card(page)).to_contain_text(TITLE)


def until(holds: Callable[[], bool], what: str) -> None:
    """Wait until it holds, at most 20 s."""
    end = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < end, f"never: {what}"
        time.sleep(0.05)


def held(workspace: str, method: str) -> bool:
    """Whether a call of this method is being held open."""
    return any(call["method"] == method and call["ended"] is None for call in ask(workspace, "calls"))


def rooms(workspace: str) -> list[dict[str, Any]]:
    return [channel for channel in ask(workspace, "state")["channels"] if channel["name"].startswith("inc-")]


def test_a_person_declares_and_loses_nothing_when_the_bot_is_killed(page: Page, tried: dict[str, str]) -> None:
    """Declared by the form, a seat taken by its button, the bot killed while it posts: one room, one card, one note."""
    workspace = tried["workspace"]
    declare(page, workspace)
    expect(card(page)).to_contain_text("SEV2")
    expect(card(page)).to_contain_text("Quality regression")

    say(page, "/incident role scribe none")
    card(page).get_by_role("button", name="Take this role").click()
    expect(card(page).get_by_role("button", name="Take this role")).to_have_count(0)
    expect(card(page)).to_contain_text("Scribe @alice")

    ask(workspace, "faults", [{"method": "chat.postMessage", "nth": 1, "kind": "hold", "when": "after"}])
    say(page, "/incident note the prompt went back at 14:02")
    until(lambda: held(workspace, "chat.postMessage"), "the note is being posted")
    page.get_by_role("button", name="Kill the bot").click()
    expect(page.locator("#bot")).to_contain_text("1 restart")
    ask(workspace, "faults", method="DELETE")
    expect(page.locator("#bot")).to_contain_text("Bot connected")

    say(page, "/incident severity SEV1")
    expect(card(page)).to_contain_text("SEV1")
    until(lambda: at_rest(tried["bot"]), "nothing is owed any more")
    notes = messages(page).locator(".message:not(.ephemeral)").filter(has_text="the prompt went back at 14:02")
    expect(notes).to_have_count(1)
    expect(card(page)).to_have_count(1)
    assert [room["name"] for room in rooms(workspace)] == ["inc-1-answers-cite-the-wrong-policy"]
    assert len(rooms(workspace)[0]["pins"]) == len(rooms(workspace)[0]["bookmarks"]) == 1


def at_rest(bot: str) -> bool:
    with urllib.request.urlopen(f"{bot}/health", timeout=5) as answer:
        health = json.loads(answer.read())
    return health["connected"] and not any(health[count] for count in ("owed", "trying", "held"))


def test_the_card_changes_for_everybody_who_looks_at_it(page: Page, browser: Browser, workspace: str) -> None:
    """What alice does in a room is seen by bob on his own page without a reload, and read out for a screen reader."""
    declare(page, workspace)
    with browser.new_context() as context:
        other = context.new_page()
        other.goto(f"{workspace}/#/bob/inc-1-answers-cite-the-wrong-policy")
        expect(card(other)).to_contain_text("SEV2")
        say(page, "/incident severity SEV1")
        expect(card(other)).to_contain_text("SEV1")
        expect(other.locator("#spoken")).to_contain_text("SEV1")


def test_everything_works_by_keyboard_alone(page: Page, workspace: str) -> None:
    """Without a mouse: the form is opened, left by Escape, filled in and sent, the room reached, a seat taken."""
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
    page.keyboard.type(TITLE)
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(form).to_have_count(0)

    expect(page.locator("#channels")).to_contain_text("inc-1-")
    for _ in range(4):
        if "inc-1-" not in page.url:
            page.keyboard.press("Alt+ArrowUp")
    expect(card(page)).to_be_visible()
    page.keyboard.type("/incident role scribe none")
    page.keyboard.press("Enter")
    expect(card(page)).to_contain_text("nobody yet")
    for _ in range(60):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("document.activeElement.textContent") == "Take this role":
            break
    page.keyboard.press("Enter")
    expect(card(page)).to_contain_text("Scribe @alice")


def test_a_form_says_beside_the_field_what_is_missing(page: Page, workspace: str) -> None:
    """A form sent without its title stays open, with the fault beside the field and the focus in it."""
    page.goto(f"{workspace}/#/alice/triage")
    say(page, "/incident declare")
    form = page.get_by_role("dialog", name="Declare an incident")
    form.get_by_role("button", name="Declare", exact=True).click()
    expect(form.locator("[data-block=title] .fault")).to_have_text("Please complete this required field.")
    expect(form.locator("[data-block=title] input")).to_be_focused()
    assert rooms(workspace) == []


def test_hostile_text_stays_text(page: Page, workspace: str) -> None:
    """Markup, scripts and script links in a title, a note and a person's message are shown as typed and run nowhere."""
    command(workspace, "alice", "triage", f"declare {HOSTILE}")
    page.goto(f"{workspace}/#/alice/triage")
    page.locator("#channels").get_by_role("button", name="inc-1-").click()
    say(page, f"/incident note {HOSTILE}")
    say(page, HOSTILE)
    expect(messages(page).locator(".message").filter(has_text=HOSTILE)).not_to_have_count(0)
    expect(card(page)).to_contain_text("<img src=x")
    assert_harmless(page)


def test_hostile_calls_of_the_app_stay_text(page: Page, alone: dict[str, str]) -> None:
    """What an app posts raw, in text, blocks, names of files and link targets, makes no element of its own."""
    client = WebClient(alone["bot_token"], base_url=alone["api"])
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": HOSTILE}},
        {"type": "section", "text": {"type": "mrkdwn", "text": f"{HOSTILE} <javascript:window.hurt=1|press me>"}},
        {"type": "markdown", "text": HOSTILE},
        {"type": "context", "elements": [{"type": "mrkdwn", "text": "<https://example.com/\"onclick=1|go>"}]},
    ]  # fmt: skip
    client.chat_postMessage(channel="triage", text=HOSTILE, blocks=blocks)
    client.chat_postMessage(channel="triage", text=f"{HOSTILE} <javascript:window.hurt=1|press me>")
    client.files_upload_v2(channel=channel_id(alone, "triage"), content="x", filename='"><img src=x>.txt', title=HOSTILE)
    page.goto(f"{alone['workspace']}/#/alice/triage")
    expect(messages(page).locator(".file")).to_be_visible()
    expect(messages(page).get_by_role("heading")).to_contain_text("<script>")
    assert messages(page).get_by_role("link", name="press me").count() == 0
    assert_harmless(page)


def channel_id(connection: dict[str, str], name: str) -> str:
    channels = ask(connection["workspace"], "state")["channels"]
    return str(next(channel["id"] for channel in channels if channel["name"] == name))


def assert_harmless(page: Page) -> None:
    assert page.evaluate("window.hurt") is None
    assert page.locator("#messages img, #messages script, #messages iframe, #messages [onerror]").count() == 0
    assert page.locator("a[href^='javascript' i]").count() == 0


MARKUP = {
    "*bold* _it_ ~no~ `a*b*`": "<strong>bold</strong> <em>it</em> <s>no</s> <code>a*b*</code>",
    "snake_case_name a*b*c 10:30:40": "snake_case_name a*b*c 10:30:40",
    "_*both*_ *open\nline*": "<em><strong>both</strong></em> *open\nline*",
    "```a *b*\n&lt;c&gt;```": "<pre>a *b*\n&lt;c&gt;</pre>",
    "&gt; said\nmore": "<blockquote>said</blockquote>more",
    "&amp;lt; :fire: :nothing:": "&amp;lt; 🔥 :nothing:",
    "<javascript:alert(1)|x>": "&lt;javascript:alert(1)|x&gt;",
    "<@U1> <@U9|zoe> <!channel>": (
        '<span class="mention mine">@alice</span> <span class="mention">@zoe</span> <span class="mention mine">@channel</span>'
    ),
    "<#C9|secret>": '<span class="mention">#secret</span>',
}


def test_markup_is_read_as_slack_reads_it(page: Page, alone: dict[str, str]) -> None:
    """Bold, italics, strikes, code, quotes, entities, emoji and references become what Slack shows for them."""
    page.goto(alone["workspace"])
    drawn = page.evaluate(
        """async (texts) => {
          const { render } = await import("/static/mrkdwn.js");
          const people = { me: "U1", user: (id) => (id === "U1" ? { name: "alice" } : null), channel: () => null };
          return texts.map((text) => { const p = document.createElement("p"); p.append(...render(text, people)); return p.innerHTML; });
        }""",
        list(MARKUP),
    )
    assert dict(zip(MARKUP, drawn, strict=True)) == MARKUP


def test_links_and_dates_are_shown_in_the_readers_zone(browser: Browser, alone: dict[str, str]) -> None:
    """A link opens elsewhere without telling where from, and a date token is the reader's own time of day."""
    text = "<https://example.com/a?b=1&amp;c=2|the diff> <!date^1700000000^at {time} on {date_num}|once>"
    WebClient(alone["bot_token"], base_url=alone["api"]).chat_postMessage(channel="incidents", text=text)
    with browser.new_context(timezone_id="Asia/Tokyo") as context:
        opened = context.new_page()
        opened.goto(f"{alone['workspace']}/#/alice/incidents")
        link = messages(opened).get_by_role("link", name="the diff")
        expect(link).to_have_attribute("href", "https://example.com/a?b=1&c=2")
        expect(link).to_have_attribute("rel", "noopener noreferrer")
        expect(messages(opened)).to_contain_text("at 07:13 on 2023-11-15")


def test_an_unknown_block_is_named(page: Page, alone: dict[str, str]) -> None:
    """A block that the page cannot draw says so in its place, and the blocks beside it are drawn."""
    page.goto(alone["workspace"])
    drawn = page.evaluate(
        """async () => {
          const { renderBlocks } = await import("/static/blocks.js");
          const text = { type: "plain_text", text: "beside :fire:" };
          return renderBlocks([{ type: "hologram" }, { type: "constructor" }, { type: "header", text }], { people: {} }).map((node) => node.textContent);
        }"""
    )
    assert drawn == ["unsupported block: hologram", "unsupported block: constructor", "beside 🔥"]


def test_a_confirm_dialog_is_asked_first(page: Page, alone: dict[str, str]) -> None:
    """A button with a confirm object sends nothing when the person says no, and one click when they say yes."""
    plain = {name: {"type": "plain_text", "text": name} for name in ("Pull it", "Sure?", "Yes, pull", "Leave it")}
    confirm = {"title": plain["Sure?"], "text": plain["Pull it"], "confirm": plain["Yes, pull"], "deny": plain["Leave it"]}
    button = {"type": "button", "action_id": "pull", "text": plain["Pull it"], "style": "danger", "confirm": confirm}
    client = WebClient(alone["bot_token"], base_url=alone["api"])
    client.chat_postMessage(channel="triage", text="pull", blocks=[{"type": "actions", "elements": [button]}])
    page.goto(f"{alone['workspace']}/#/alice/triage")
    clicks: list[str] = []
    page.on("request", lambda request: clicks.append(request.url) if request.url.endswith("/practice/click") else None)
    messages(page).get_by_role("button", name="Pull it").click()
    page.get_by_role("dialog", name="Sure?").get_by_role("button", name="Leave it").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert clicks == []
    messages(page).get_by_role("button", name="Pull it").click()
    page.get_by_role("dialog", name="Sure?").get_by_role("button", name="Yes, pull").click()
    expect(page.locator("#toasts")).to_contain_text("dispatch_failed")
    assert len(clicks) == 1


def test_slacks_error_is_shown_when_nobody_answers_a_command(page: Page, alone: dict[str, str]) -> None:
    """A command without an app behind it gets Slackbot's words, to the person who typed it alone."""
    page.goto(f"{alone['workspace']}/#/alice/general")
    say(page, "/incident list")
    expect(messages(page).locator(".ephemeral")).to_contain_text('failed with the error "dispatch_failed"')
    page.get_by_role("radio", name="bob").click()
    expect(page.locator("#people")).to_contain_text("Bob")
    expect(messages(page).locator(".ephemeral")).to_have_count(0)


def test_a_refused_call_names_the_block_and_the_limit(page: Page, alone: dict[str, str]) -> None:
    """The inspector shows a refused call in its own colour with the place and the limit that Slack names."""
    client = WebClient(alone["bot_token"], base_url=alone["api"])
    long = {"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}
    with pytest.raises(Exception, match="invalid_blocks"):
        client.chat_postMessage(channel="triage", text="long", blocks=[long])
    page.goto(alone["workspace"])
    page.get_by_role("button", name="Traffic").click()
    refused = page.locator(".entry.refused").filter(has_text="chat.postMessage").first
    expect(refused).to_contain_text("invalid_blocks")
    expect(refused).to_contain_text("/blocks/0/text")


def test_private_rooms_and_direct_messages_show_to_their_members_only(page: Page, alone: dict[str, str]) -> None:
    """Another person's private channel and talk with the app are in nobody else's sidebar."""
    client = WebClient(alone["bot_token"], base_url=alone["api"])
    room = client.conversations_create(name="inc-9-leak", is_private=True)["channel"]
    people = {user["name"]: user["id"] for user in ask(alone["workspace"], "state")["users"]}
    client.conversations_invite(channel=room["id"], users=people["alice"])
    client.chat_postMessage(channel=people["alice"], text="for you")
    page.goto(f"{alone['workspace']}/#/alice/inc-9-leak")
    sidebar = page.locator("#channels")
    expect(sidebar.get_by_role("button", name="inc-9-leak (private)")).to_be_visible()
    expect(sidebar.get_by_role("heading", name="Direct messages")).to_be_visible()
    page.get_by_role("radio", name="bob").click()
    expect(sidebar.get_by_role("button", name="triage")).to_have_attribute("aria-current", "page")
    expect(sidebar.get_by_role("button", name="inc-9-leak")).to_have_count(0)
    expect(sidebar.get_by_role("heading", name="Direct messages")).to_have_count(0)


@pytest.mark.parametrize("width", [380, 1600])
def test_the_page_fits_the_window(browser: Browser, alone: dict[str, str], width: int) -> None:
    """From 380 to 1600 pixels nothing sticks out sideways, and channels can be reached."""
    with browser.new_context(viewport={"width": width, "height": 700}) as context:
        opened = context.new_page()
        opened.goto(f"{alone['workspace']}/#/alice/general")
        if width < 760:
            opened.get_by_role("button", name="Channels and people").click()
        opened.locator("#channels").get_by_role("button", name="incidents").click()
        expect(opened.locator("#header h1")).to_have_text("incidents")
        assert opened.evaluate("document.documentElement.scrollWidth") <= width


def test_a_permalink_leads_to_its_message(page: Page, alone: dict[str, str]) -> None:
    """The address that chat.getPermalink gives opens the page at that channel, with that message marked."""
    client = WebClient(alone["bot_token"], base_url=alone["api"])
    posted = client.chat_postMessage(channel="incidents", text="find me")
    address = client.chat_getPermalink(channel=posted["channel"], message_ts=posted["ts"])["permalink"]
    page.goto(address)
    expect(messages(page).locator(".flash")).to_contain_text("find me")
    expect(page.locator("#header h1")).to_have_text("incidents")


def test_the_pictures_room_can_be_opened(page: Page, workspace: str) -> None:
    """What the README's picture shows exists: after a declare, alice's room opens with its card."""
    command(workspace, "alice", "triage", f"declare {TITLE}")
    assert open_room(page, workspace) == "inc-1-answers-cite-the-wrong-policy"
