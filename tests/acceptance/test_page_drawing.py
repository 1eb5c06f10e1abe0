"""How the page draws what an app posts: a real browser on the practice workspace, without the bot."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from tests.acceptance import pages
from tests.acceptance.pages import HOSTILE, assert_harmless, channel_id, messages, say
from tests.acceptance.shoot import ask, child, chromium

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.skipif(chromium() is None, reason="no Chromium: set CHROMIUM to one, or install it"),
]

alone, browser, page = pages.alone, pages.browser, pages.page


def client_of(alone: dict[str, str]) -> WebClient:
    return WebClient(alone["bot_token"], base_url=alone["api"])


def post(alone: dict[str, str], channel: str, text: str, blocks: list[dict[str, Any]] | None = None) -> SlackResponse:
    """The app says this in the channel with this name."""
    return client_of(alone).chat_postMessage(channel=channel_id(alone, channel), text=text, blocks=blocks)


def test_hostile_calls_of_the_app_stay_text(page: Page, alone: dict[str, str]) -> None:
    """What an app posts raw, in text, blocks, names of files and link targets, makes no element of its own."""
    client = client_of(alone)
    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": {"type": "plain_text", "text": HOSTILE}},
        {"type": "section", "text": {"type": "mrkdwn", "text": f"{HOSTILE} <javascript:window.hurt=1|press me>"}},
        {"type": "markdown", "text": HOSTILE},
        {"type": "context", "elements": [{"type": "mrkdwn", "text": "<https://example.com/\"onclick=1|go>"}]},
    ]  # fmt: skip
    post(alone, "triage", text=HOSTILE, blocks=blocks)
    post(alone, "triage", text=f"{HOSTILE} <javascript:window.hurt=1|press me>")
    client.files_upload_v2(
        channel=channel_id(alone, "triage"), content="x", filename='"><img src=x>.txt', title=HOSTILE
    )
    page.goto(f"{alone['workspace']}/#/alice/triage")
    expect(messages(page).locator(".file")).to_be_visible()
    expect(messages(page).get_by_role("heading")).to_contain_text("<script>")
    assert messages(page).get_by_role("link", name="press me").count() == 0
    assert_harmless(page)


MARKUP = {
    "*bold* _it_ ~no~ `a*b*`": "<strong>bold</strong> <em>it</em> <s>no</s> <code>a*b*</code>",
    "snake_case_name a*b*c 10:30:40": "snake_case_name a*b*c 10:30:40",
    "_*both*_ *open\nline*": "<em><strong>both</strong></em> *open\nline*",
    "```a *b*\n&lt;c&gt;```": "<pre>a *b*\n&lt;c&gt;</pre>",
    "&gt; said\nmore": "<blockquote>said</blockquote>more",
    "&amp;lt; :fire: :nothing:": "&amp;lt; 🔥 :nothing:",
    "<javascript:alert(1)|x>": "&lt;javascript:alert(1)|x&gt;",
    "<@U1> <@U9|zoe> <!channel>": (
        '<span class="mention mine">@alice</span> <span class="mention">@zoe</span> '
        '<span class="mention mine">@channel</span>'
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
          return texts.map((text) => {
            const paragraph = document.createElement("p");
            paragraph.append(...render(text, people));
            return paragraph.innerHTML;
          });
        }""",
        list(MARKUP),
    )
    assert dict(zip(MARKUP, drawn, strict=True)) == MARKUP


def test_links_and_dates_are_shown_in_the_readers_zone(browser: Browser, alone: dict[str, str]) -> None:
    """A link opens elsewhere without telling where from, and a date token is the reader's own time of day."""
    text = "<https://example.com/a?b=1&amp;c=2|the diff> <!date^1700000000^at {time} on {date_num}|once>"
    post(alone, "incidents", text=text)
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
          const blocks = [{ type: "hologram" }, { type: "constructor" }, { type: "header", text }];
          return renderBlocks(blocks, { people: {} }).map((node) => node.textContent);
        }"""
    )
    assert drawn == ["unsupported block: hologram", "unsupported block: constructor", "beside 🔥"]


def test_a_confirm_dialog_is_asked_first(page: Page, alone: dict[str, str]) -> None:
    """A button with a confirm object sends nothing when the person says no, and one click when they say yes."""
    plain = {name: {"type": "plain_text", "text": name} for name in ("Pull it", "Sure?", "Yes, pull", "Leave it")}
    confirm = {
        "title": plain["Sure?"],
        "text": plain["Pull it"],
        "confirm": plain["Yes, pull"],
        "deny": plain["Leave it"],
    }
    button = {"type": "button", "action_id": "pull", "text": plain["Pull it"], "style": "danger", "confirm": confirm}
    post(alone, "triage", text="pull", blocks=[{"type": "actions", "elements": [button]}])
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
    long = {"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}
    with pytest.raises(SlackApiError, match="invalid_blocks"):
        post(alone, "triage", text="long", blocks=[long])
    page.goto(alone["workspace"])
    page.get_by_role("button", name="Traffic").click()
    refused = page.locator(".entry.refused").filter(has_text="chat.postMessage").first
    expect(refused).to_contain_text("invalid_blocks")
    expect(refused).to_contain_text("/blocks/0/text")


def test_private_rooms_and_direct_messages_show_to_their_members_only(page: Page, alone: dict[str, str]) -> None:
    """Another person's private channel and talk with the app are in nobody else's sidebar."""
    client = client_of(alone)
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
    client = client_of(alone)
    posted = post(alone, "incidents", text="find me")
    address = client.chat_getPermalink(channel=posted["channel"], message_ts=posted["ts"])["permalink"]
    page.goto(address)
    expect(messages(page).locator(".flash")).to_contain_text("find me")
    expect(page.locator("#header h1")).to_have_text("incidents")


def test_a_group_message_is_named_after_its_people(page: Page, alone: dict[str, str]) -> None:
    """A group message that the app opened stands among the direct messages of those in it, and calls them."""
    client = client_of(alone)
    page.goto(f"{alone['workspace']}/#/carol/triage")
    opened = client.conversations_open(users="U0BOB,U0CAROL")["channel"]["id"]
    client.chat_postMessage(channel=opened, text="just the two of you")
    place = page.locator("#channels").get_by_role("button", name="bob")
    expect(place.locator(".count")).to_have_text("1")
    place.click()
    expect(messages(page)).to_contain_text("just the two of you")
    page.get_by_role("radio", name="alice").click()
    expect(place).to_have_count(0)


def test_the_focus_stays_on_its_button_while_the_message_changes(page: Page, alone: dict[str, str]) -> None:
    """An app that updates a message does not throw out who stands on one of its buttons, nor to a button like it."""

    def row(name: str, words: str) -> dict[str, Any]:
        button = {"type": "button", "action_id": "pick", "text": {"type": "plain_text", "text": f"Pick {name}"}}
        return {"type": "section", "text": {"type": "mrkdwn", "text": words}, "accessory": button}

    posted = post(alone, "general", text="pick", blocks=[row("one", "before"), row("two", "before")])
    page.goto(f"{alone['workspace']}/#/alice/general")
    expect(page.get_by_role("button", name="Pick one")).to_be_visible()
    page.keyboard.press("b")
    expect(page.get_by_role("button", name="Pick one")).to_be_focused()
    page.keyboard.press("Tab")
    client_of(alone).chat_update(
        channel=str(posted["channel"]),
        ts=str(posted["ts"]),
        text="pick",
        blocks=[row("one", "after"), row("two", "after")],
    )
    expect(messages(page).get_by_text("after")).to_have_count(2)
    expect(page.get_by_role("button", name="Pick two")).to_be_focused()


def test_the_bots_panel_makes_sense_over_http(page: Page) -> None:
    """Without sockets the panel says how payloads go out, and a command that nobody takes says so to who typed it."""
    nobody = ["--mode", "http", "--request-url", "http://127.0.0.1:9/slack/events"]
    with child([sys.executable, "-m", "practice", "--port", "0", *nobody]) as connection:
        page.goto(f"{connection['workspace']}/#/alice/general")
        expect(page.locator("#bot .bot-facts")).to_have_text("HTTP")
        expect(page.locator("#bot .bot-state")).to_have_text("No bot connected")
        say(page, "/incident list")
        expect(messages(page).locator(".ephemeral")).to_contain_text('failed with the error "dispatch_failed"')
        page.get_by_role("button", name="Traffic").click()
        expect(page.locator(".entry.refused")).to_contain_text("/incident list")
        page.goto("about:blank")
