"""The page, in a real browser: what it shows, breaking and mending by keyboard, both colours, nothing from outside."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests.acceptance.shoot import FLAGS, child, chromium
from tests.practice.ai.test_process import COMMAND

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(chromium() is None, reason="no Chromium: set CHROMIUM to one, or install it"),
]
TITLES = [
    "Break: Quality regression", "Break: Safety violation", "Break: Retrieval failure", "Break: Latency",
    "Break: Cost runaway", "Break: Provider outage", "Break: Security",
]  # fmt: skip
WORSE = re.compile(r"Bad answers: [12345]\d % bad")
CONTRAST = """() => {
  const linear = (v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const light = (c) => c.map((v, i) => linear(v / 255) * [0.2126, 0.7152, 0.0722][i]).reduce((a, b) => a + b);
  const colour = (text) => {
    const found = text.match(/[\\d.]+/g).map(Number);
    return found.length < 4 || found[3] > 0 ? found.slice(0, 3) : null;
  };
  const ground = (node) => node ? colour(getComputedStyle(node).backgroundColor) ?? ground(node.parentElement) : null;
  const parts = "h1, h2, h3, p, b, small, strong, dt, dd, figure div, figure span, #mend";
  const read = [...document.querySelectorAll(parts)].filter((node) => node.innerText && !node.disabled);
  const low = read.flatMap((node) => {
    const [a, b] = [light(colour(getComputedStyle(node).color)), light(ground(node))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    return ratio < 4.5 ? [`${node.innerText.slice(0, 20)}: ${ratio.toFixed(2)}`] : [];
  });
  return { read: read.length > 60, low };
}"""


@pytest.fixture(scope="module")
def opened() -> Iterator[Page]:
    with child([*COMMAND, "--port", "0", "--seed", "2"]) as announced, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 800}, color_scheme="light")
        page.set_default_timeout(10_000)
        page.goto(announced["url"])
        yield page
        browser.close()


def test_a_person_breaks_it_and_mends_it_by_keyboard(opened: Page) -> None:
    """Tab and Enter break one thing: the state is said, the moved setting is named, the chart moves; all goes back."""
    troubles: list[str] = []
    opened.on("pageerror", lambda error: troubles.append(str(error)))
    opened.on("request", lambda sent: troubles.append(sent.url) if not sent.url.startswith(opened.url) else None)
    expect(opened).to_have_title("Practice AI service")
    expect(opened.get_by_role("status")).to_have_text("Nothing is broken")
    expect(opened.get_by_role("img")).to_have_count(6)
    expect(opened.get_by_role("button", name="Break:")).to_have_count(7)
    assert opened.get_by_role("button", name="Break:").locator("b").all_inner_texts() == TITLES
    expect(opened.get_by_role("button", name="Mend all")).to_be_disabled()

    opened.keyboard.press("Tab")
    opened.keyboard.press("Enter")
    first = opened.get_by_role("button", name=TITLES[0])
    expect(first).to_have_attribute("aria-pressed", "true")
    expect(first).to_be_focused()
    expect(opened.get_by_role("status")).to_have_text("Broken: quality regression")
    expect(opened.locator("#changed")).to_contain_text("prompt v18")
    expect(opened.locator("#changed")).to_contain_text("usually v17, release 412")
    expect(opened.get_by_role("img", name="Bad answers")).to_have_attribute("aria-label", WORSE)

    opened.get_by_role("button", name="Mend all").press("Enter")
    expect(opened.get_by_role("status")).to_have_text("Nothing is broken")
    expect(opened.locator("#changed")).to_have_text("Nothing differs.")
    expect(first).to_have_attribute("aria-pressed", "false")
    assert troubles == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
def test_it_fits_and_can_be_read(opened: Page, scheme: str, width: int, height: int) -> None:
    """On a laptop all of it is on one screen, on a telephone nothing is wider than it; text stands out 4.5 to 1."""
    opened.set_viewport_size({"width": width, "height": height})
    opened.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    expect(opened.get_by_role("img")).to_have_count(6)
    size = opened.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
    assert size[0] <= width
    assert width < 1000 or size[1] <= height
    assert opened.evaluate(CONTRAST) == {"read": True, "low": []}


def test_the_service_is_gone(opened: Page) -> None:
    """When it does not answer, the page says so instead of standing still."""
    opened.route("**/series*", lambda route: route.abort())
    expect(opened.get_by_role("alert")).to_contain_text("does not answer")
    opened.unroute("**/series*")
    expect(opened.get_by_role("alert")).to_be_hidden()
