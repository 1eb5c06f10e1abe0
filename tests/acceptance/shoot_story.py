"""Makes the README's pictures of a service that is broken and mended: ``python tests/acceptance/shoot_story.py DIR``.

``ai.png``, ``pull.png``, ``pull-dark.png``, ``page.png`` and ``pull-telephone.png``.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.acceptance.shoot import FLAGS, ask, chromium, command, open_room, trial

GREEN_FOR = {"STANCH_KNOWN_GOOD_S": "4"}
SETTLED_S = 12.0
"""Until the known-good set is recorded, and until the charts have come down again."""


def post(url: str, body: object) -> None:
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(url, data=json.dumps(body).encode(), headers=headers)
    urllib.request.urlopen(request, timeout=20).close()


def shoot(out: Path) -> None:
    """Raises RuntimeError without Chromium."""
    browser_path = chromium()
    if browser_path is None:
        raise RuntimeError("no Chromium: set CHROMIUM to one, or install it")
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data, trial(Path(data), GREEN_FOR) as announced, sync_playwright() as started:
        browser = started.chromium.launch(executable_path=browser_path, args=FLAGS)
        story(browser, announced, out)
        browser.close()


def story(browser: Browser, announced: dict[str, str], out: Path) -> None:
    workspace = announced["workspace"]
    ai = ask(workspace, "app")["ai_url"]
    page = browser.new_page(viewport={"width": 1280, "height": 860}, color_scheme="light")
    page.set_default_timeout(30_000)
    expect.set_options(timeout=30_000)
    time.sleep(SETTLED_S)
    post(f"{ai}/break", {"class": "quality_regression"})
    command(workspace, "alice", "triage", "declare Answers cite the wrong policy")
    room = open_room(page, workspace)
    for text in ("severity SEV2", "class quality_regression", "service support-copilot"):
        command(workspace, "alice", room, text)
    page.goto(f"{workspace}/#/bob/{room}")
    click(page, "Open runbook")
    click(page, "Wrong or made up")
    click(page, "Prompt, model or settings")
    time.sleep(SETTLED_S)
    click(page, "Pull: Previous prompt")
    click(page, "Pull it")
    expect(page.locator("#messages")).to_contain_text("in effect: last 20 answers carry v17")
    for name, scheme in (("pull", "light"), ("pull-dark", "dark")):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.wait_for_timeout(500)
        page.screenshot(path=out / f"{name}.png")
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_timeout(500)
    page.screenshot(path=out / "pull-telephone.png")
    page.set_viewport_size({"width": 1280, "height": 860})
    page.goto(ai)
    page.wait_for_timeout(SETTLED_S * 1000)
    page.screenshot(path=out / "ai.png")
    page.goto(f"{announced['bot']}/runbooks/quality_regression.html")
    page.screenshot(path=out / "page.png")


def click(page: Page, label: str) -> None:
    page.locator("#messages").get_by_role("button", name=label, exact=True).last.click()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python tests/acceptance/shoot_story.py DIR")
    shoot(Path(sys.argv[1]))
