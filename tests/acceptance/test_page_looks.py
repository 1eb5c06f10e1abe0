"""How the page looks and holds up: both colours can be read, writing is formatted, a thousand messages stay quick."""

from __future__ import annotations

import time
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from slack_sdk import WebClient

from tests.acceptance import pages
from tests.acceptance.pages import channel_id, messages
from tests.acceptance.shoot import ask, chromium

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.skipif(chromium() is None, reason="no Chromium: set CHROMIUM to one, or install it"),
]

alone, browser, page = pages.alone, pages.browser, pages.page

SAID = (
    "*Seen* by _two_, ~three~ people: `conv-8812`, see https://example.com/a now\n"
    "> the 2024 policy\n"
    "• first\n"
    "1. counted\n"
    "@alice and @bob in #incidents :fire: ```{\n  a: 1\n}```"
)
FORMATTED = """
<strong>Seen</strong> by <em>two</em>, <s>three</s> people: <code>conv-8812</code>, see
<a href="https://example.com/a" target="_blank" rel="noopener noreferrer">https://example.com/a</a> now
<blockquote>the 2024 policy</blockquote>
<div class="marked-list" role="list">
<div class="marked-item indent-0" role="listitem"><span class="marker">• </span><span>first</span></div>
<div class="marked-item indent-0" role="listitem"><span class="marker">1. </span><span>counted</span></div>
</div>
<span class="mention mine">@alice</span> and <span class="mention">@bob</span> in
<button class="mention link" type="button">#incidents</button> 🔥 <pre>{
  a: 1
}</pre>
"""

CONTRAST = """() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const known = new Map();
  const rgba = (color) => {
    if (!known.has(color)) known.set(color, painted(color));
    return known.get(color);
  };
  const painted = (color) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = (top, below) => top.slice(0, 3).map((value, n) => value * top[3] + below[n] * (1 - top[3]));
  const ground = (node) => {
    const layers = [];
    for (let at = node; at; at = at.parentElement) {
      layers.push(rgba(getComputedStyle(at).backgroundColor));
      if (layers.at(-1)[3] === 1) break;
    }
    return layers.reduceRight((below, top) => over(top, below), [255, 255, 255]);
  };
  const luminance = (color) => {
    const [r, g, b] = color.map((value) => value / 255)
      .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const faults = new Set();
  let seen = 0;
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const node = texts.currentNode.parentElement;
    const words = texts.currentNode.textContent.trim();
    if (!/[\\p{L}\\p{N}]/u.test(words)) continue;
    if (!node.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    if (node.closest(":disabled, .hidden, noscript, script, [inert]")) continue;
    seen += 1;
    const below = ground(node);
    const [one, two] = [luminance(over(rgba(getComputedStyle(node).color), below)), luminance(below)];
    const ratio = (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05);
    if (ratio < 4.5) faults.add(`${words.slice(0, 30)} (${node.className || node.tagName}): ${ratio.toFixed(2)}`);
  }
  return { seen, faults: [...faults] };
}"""

NAMES = """() => {
  const faults = new Set();
  const ids = [...document.querySelectorAll("[id]")].map((node) => node.id);
  ids.filter((id, at) => ids.indexOf(id) !== at).forEach((id) => faults.add(`the id ${id} twice`));
  for (const node of document.querySelectorAll("button, a[href], input, textarea, [role=option], [role=menuitem]")) {
    const label = node.getAttribute("aria-label") ?? node.labels?.[0]?.textContent ?? node.textContent ?? "";
    if (node.checkVisibility() && !label.trim()) faults.add(`no name: ${node.outerHTML.slice(0, 80)}`);
  }
  for (const name of ["aria-controls", "aria-describedby", "aria-labelledby", "aria-activedescendant"])
    for (const node of document.querySelectorAll(`[${name}]`))
      for (const id of node.getAttribute(name).split(" "))
        if (id && !ids.includes(id)) faults.add(`${name} names ${id}, which is not there`);
  return [...faults];
}"""


def text(kind: str, words: str) -> dict[str, str]:
    return {"type": kind, "text": words}


@pytest.fixture(scope="module")
def furnished(alone: dict[str, str]) -> str:
    """The address of a workspace whose #triage has every kind of text: a card, code, a quote, a thread."""
    workspace, client = alone["workspace"], WebClient(alone["bot_token"], base_url=alone["api"])
    room = channel_id(alone, "triage")
    said = ask(workspace, "message", {"user": "bob", "channel": "triage", "text": SAID})["ts"]
    ask(workspace, "message", {"user": "carol", "channel": "triage", "text": "yes", "thread_ts": said})
    for user in ("alice", "bob"):
        ask(workspace, "react", {"user": user, "channel": "triage", "ts": said, "name": "eyes"})
    styles = ({}, {"style": "primary"}, {"style": "danger"})
    buttons = [
        {"type": "button", "action_id": f"b{n}", "text": text("plain_text", f"Do {n}"), **style}
        for n, style in enumerate(styles)
    ]
    select = {
        "type": "users_select",
        "action_id": "who",
        "placeholder": text("plain_text", "Choose a person"),
    }
    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": text("plain_text", "INC-1 · SEV2")},
        {"type": "context", "elements": [text("mrkdwn", "since `13:51` · <https://example.com|a link>")]},
        {"type": "section", "fields": [text("mrkdwn", "*Commander*\n<@U0ALICE>"), text("mrkdwn", "<@U0BOB>")]},
        {"type": "actions", "elements": [*buttons, select]},
    ]
    card = client.chat_postMessage(channel=room, text="card", blocks=blocks)
    client.pins_add(channel=room, timestamp=card["ts"])
    client.chat_postEphemeral(channel=room, user="U0ALICE", text="Only you read `this`")
    client.conversations_setTopic(channel=room, topic="SEV2, next word 14:20")
    client.chat_postMessage(channel="U0ALICE", text="You owe an update")
    return workspace


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_text_can_be_read(browser: Browser, furnished: str, theme: str) -> None:
    """In both colours each text reaches 4.5 to 1 against its ground, and each control has a name, wherever one goes."""
    with browser.new_context(viewport={"width": 1280, "height": 900}, color_scheme="light") as context:
        opened = context.new_page()
        opened.goto(f"{furnished}/#/alice/general")
        shown = "getComputedStyle(document.querySelector('#main')).backgroundColor"
        opened.emulate_media(color_scheme="dark")
        assert opened.evaluate(shown) != "rgb(255, 255, 255)"
        opened.emulate_media(color_scheme="light")
        if theme == "dark":
            opened.get_by_role("button", name="Colours").click()
            opened.get_by_role("menuitemradio", name="Dark").click()
            opened.reload()
        assert (opened.evaluate(shown) == "rgb(255, 255, 255)") == (theme == "light")
        expect(opened.locator("#main")).to_contain_text("general")
        ask(furnished, "message", {"user": "bob", "channel": "triage", "text": "@alice unread"})
        faults: list[str] = []

        def look(least: int) -> None:
            found = opened.evaluate(CONTRAST)
            assert found["seen"] >= least
            faults.extend([*found["faults"], *opened.evaluate(NAMES)])

        expect(opened.locator("#channels .count")).to_have_text("1")
        look(20)
        opened.locator("#channels").get_by_role("button", name="triage").click()
        expect(messages(opened).locator(".new")).to_be_visible()
        look(40)
        row = messages(opened).locator(".message").filter(has_text="Seen by two").last
        row.hover()
        row.get_by_role("button", name="More actions").click()
        look(40)
        opened.keyboard.press("Escape")
        row.locator(".thread-link").click()
        expect(opened.locator("#drawer .message")).to_have_count(2)
        look(45)
        opened.get_by_role("button", name="Traffic").click()
        expect(opened.locator(".entry").first).to_be_visible()
        look(45)
        opened.keyboard.press("Control+k")
        look(45)
        opened.keyboard.press("Escape")
        opened.locator("#top").get_by_role("button", name="Help").click()
        look(60)
        assert faults == []


def test_writing_is_formatted_as_people_expect_it(page: Page, alone: dict[str, str]) -> None:
    """What a person types with Slack's marks is shown with quotes, lists, code, links, mentions and emoji."""
    ask(alone["workspace"], "message", {"user": "carol", "channel": "general", "text": SAID})
    page.goto(f"{alone['workspace']}/#/alice/general")
    drawn = messages(page).locator(".message .text").last
    expect(drawn).to_contain_text("counted")
    assert "".join(drawn.inner_html().split()) == "".join(FORMATTED.split())


def test_messages_of_one_author_stand_together_under_their_day(page: Page, alone: dict[str, str]) -> None:
    """The second message of the same person has no second name; another person's has; the day is named once."""
    for user, words in (("dave", "one"), ("dave", "two"), ("erin", "three")):
        ask(alone["workspace"], "message", {"user": user, "channel": "incidents", "text": words})
    page.goto(f"{alone['workspace']}/#/alice/incidents")
    rows = messages(page).locator(".message")
    expect(rows).to_have_count(3)
    assert [rows.nth(n).locator(".author").count() for n in range(3)] == [1, 0, 1]
    assert [rows.nth(n).locator(".avatar").count() for n in range(3)] == [1, 0, 1]
    expect(rows.first.locator(".avatar")).to_have_text("DD")
    expect(messages(page).locator(".day")).to_have_text(["Today"])


@pytest.mark.slow
def test_a_thousand_messages_stay_quick(page: Page, alone: dict[str, str]) -> None:
    """A long room opens with its newest messages, gives the older ones on the way up, and redraws only what changed."""
    workspace, room = alone["workspace"], channel_id(alone, "general")
    ask(workspace, "message", {"user": "bob", "channel": "general", "text": "the model of them all"})
    page.goto(f"{workspace}/#/alice/general")
    expect(messages(page).locator(".message").last).to_be_visible()
    newest = ask(workspace, f"messages/{room}?user=alice")[-1]
    many = [{**newest, "ts": f"{float(newest['ts']) - 10_000 + n:.6f}", "text": f"number {n}"} for n in range(1000)]

    def answer(route: Route) -> None:
        route.continue_() if "ts=" in route.request.url else route.fulfill(json=many)

    page.route("**/practice/messages/*", answer)
    page.reload()
    expect(messages(page).locator(".message").last).to_contain_text("number 999")
    assert messages(page).locator(".message").count() < 200
    page.evaluate("document.querySelectorAll('#messages .message').forEach((row) => { row.stays = true; })")
    started = time.monotonic()
    ask(workspace, "message", {"user": "bob", "channel": "general", "text": "and one more"})
    expect(messages(page).locator(".message").last).to_contain_text("and one more")
    assert time.monotonic() - started < 3
    kept = page.evaluate("[...document.querySelectorAll('#messages .message')].filter((row) => !row.stays).length")
    assert kept == 1
    for _ in range(20):
        page.evaluate("document.querySelector('#scroll').scrollTop = 0")
        if messages(page).locator(".message").first.inner_text().endswith("number 0"):
            break
        page.wait_for_timeout(50)
    expect(messages(page).locator(".message").first).to_contain_text("number 0")
