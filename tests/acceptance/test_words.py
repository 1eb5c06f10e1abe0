"""Words for others with a real bot in the practice Slack: what each audience reads, once, also through a kill."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.acceptance.harness import Json, Stage, said, staged
from tests.acceptance.homes import home
from tests.acceptance.incidents import Incident, alone_with, buttons, declared, words

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow]
GOOD = "Users see wrong refunds since 13:51 UTC. Next update at 14:20 UTC."
BETTER = "Users get right answers again. Next update at 15:00 UTC."
SHORT_S = 6
"""How long a draft waits where users are promised a word that often."""


@pytest_asyncio.fixture(loop_scope="module")
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    """Stakeholders read in #general; leadership has no channel. At SEV1 users hear every few seconds."""
    made = home(tmp_path / "home")
    services = made / "runbooks/catalogue/services.yml"
    services.write_text(
        services.read_text().replace("channels: {stakeholders: incidents}", "channels: {stakeholders: general}")
    )
    severities = made / "runbooks/catalogue/severities.yml"
    often = re.sub(r"(?m)^( +status_page: )30m$", rf"\g<1>{SHORT_S}s", severities.read_text(), count=1)
    assert often != severities.read_text()
    severities.write_text(often)
    async with staged(tmp_path / "stage", {"STANCH_HOME": str(made)}) as up:
        yield up


async def sev2(stage: Stage, title: str = "answers cite the wrong policy") -> Incident:
    i = await declared(stage, title)
    for text in ("class quality_regression", "severity SEV2", "impact wrong refunds"):
        await i.types("alice", text)
    return i


async def submits(i: Incident, user: str, to: tuple[str, ...], **typed: str) -> Json:
    """*Draft update* on the card, filled in and sent."""
    opened = await i.clicks(user, text="Draft update")
    assert opened["view"], f"no form came: {opened}"
    return await i.stage.does(
        "submit", user=user, view_id=opened["view"]["id"], values={"audiences": list(to), **typed}
    )


async def says(i: Incident, to: tuple[str, ...], user: str = "carol", **typed: str) -> None:
    answer = await submits(i, user, to, **typed)
    assert answer["ok"], answer
    assert not answer["view"], words(answer["view"])
    await i.stage.settle()


async def heads(i: Incident) -> list[Json]:
    """The messages for stakeholders about this incident."""
    return [one for one in await i.stage.messages("general") if f"INC-{i.number} " in one["text"] and "bot_id" in one]


async def thread(i: Incident, ts: str) -> list[str]:
    found = await i.stage.sees("messages/general", thread_ts=ts)
    return [words(one) for one in found if one["ts"] != ts]


async def drafts(i: Incident) -> list[Json]:
    return [one for one in await i.stage.messages(i.room) if re.match(r"(\[DRILL\] )?Draft \d+ for users", one["text"])]


async def until(look: Callable[[], Coroutine[Any, Any, bool]], within_s: float = 20) -> None:
    async with asyncio.timeout(within_s):
        while not await look():  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.1)


async def test_what_it_is_warned_of_is_sent_as_it_is(stage: Stage) -> None:
    """The form comes back once with what to look at and what was typed; sent again, it is said."""
    i = await sev2(stage)
    answer = await submits(i, "carol", ("room",), text="Probably the prompt.")
    again = answer["view"]
    assert again["submit"]["text"] == "Send as it is"
    assert "It guesses (probably)" in words(again)
    assert not any("Probably" in one for one in await i.heard())
    answer = await stage.does("submit", user="carol", view_id=again["id"], values={})
    assert answer["ok"], answer
    await stage.settle()
    assert any("Update by @carol: Probably the prompt." in one for one in await i.heard())


@pytest.mark.parametrize("nth", [1, 2, 3])
async def test_stakeholders_read_one_message_through_a_kill(stage: Stage, nth: int) -> None:
    """Killed while Slack took the room's update, the message or its reply: each is there once, with its history."""
    i = await sev2(stage)
    await stage.faults({"method": "chat.postMessage", "nth": nth, "kind": "hold", "when": "after"})
    answer = await submits(i, "carol", ("room", "stakeholders"), text=GOOD)
    assert answer["ok"], answer

    async def held() -> bool:
        return bool((await stage.wire())["open"])

    await until(held)
    await stage.kill_bot()
    await stage.mends()
    await stage.start_bot()
    await stage.settle()
    [head] = await heads(i)
    assert GOOD in words(head)
    assert [GOOD in one for one in await thread(i, head["ts"])] == [True]
    assert sum(f"Update by @carol: {GOOD}" in one for one in await i.heard()) == 1

    await says(i, ("room", "stakeholders"), text=BETTER)
    [kept] = await heads(i)
    assert kept["ts"] == head["ts"]
    assert BETTER in words(kept)
    assert GOOD not in words(kept)
    assert [(GOOD in one, BETTER in one) for one in await thread(i, head["ts"])] == [(True, False), (False, True)]


async def test_the_end_is_said_by_itself(stage: Stage) -> None:
    """Resolved: the message and its thread say so, and who subscribed is told alone."""
    i = await sev2(stage)
    assert "You get each update" in said(await stage.types("erin", f"{i.number} subscribe"))
    await says(i, ("room", "stakeholders"), text=GOOD)
    for text in ("applied the switch", 'contained --waive "drill"', "explained confirmed it was a test"):
        await i.types("alice", text)
    await i.types("alice", "removed 1")
    await i.types("alice", 'watch --override "drill"')
    await i.types("alice", "resolved --fixed a test")
    [head] = await heads(i)
    assert "Resolved" in words(head)
    assert len(await thread(i, head["ts"])) == 2
    told = await alone_with(stage, "erin")
    assert [GOOD in one for one in told if f"INC-{i.number}" in one] == [True, False]


async def test_a_draft_is_approved_in_the_room(stage: Stage) -> None:
    """Erin, who wrote it, may not send it; carol may, once; the message says it, and users' words stand in the room."""
    i = await sev2(stage)
    await says(i, ("room", "users"), "erin", text=GOOD, public=BETTER)
    [draft] = await drafts(i)
    assert buttons(draft) == ["Approve and send", "Edit", "Discard"]
    assert {"U0CAROL", "U0ALICE"} <= set(draft.get("practice_pings", ()))

    async def press(user: str, label: str) -> Json:
        answer = await stage.does("click", user=user, channel=i.room, ts=draft["ts"], text=label)
        await stage.settle()
        return answer

    assert "Only the communications lead or the commander" in said(await press("erin", "Approve and send"))
    await press("carol", "Approve and send")
    [after] = await drafts(i)
    assert "✔ Approved by @carol" in words(after)
    assert buttons(after) == []
    assert "On the status page since" in words(after)
    assert not any("📢" in one for one in await i.heard())
    assert [one["kind"] for one in i.events()].count("public_said") == 1


async def test_two_who_approve_at_once_send_it_once(stage: Stage) -> None:
    """Carol and alice click in the same moment: one sends it, the other hears who did."""
    i = await sev2(stage)
    await says(i, ("users",), "erin", text=GOOD, public=BETTER)
    [draft] = await drafts(i)
    answers = await asyncio.gather(
        *(
            stage.does("click", user=user, channel=i.room, ts=draft["ts"], text="Approve and send")
            for user in ("carol", "alice")
        )
    )
    await stage.settle()
    assert [one["kind"] for one in i.events()].count("public_said") == 1
    heard = [
        one["text"]
        for user in ("carol", "alice")
        for one in await stage.messages(i.room, user)
        if "already" in one["text"]
    ]
    assert any("was approved by" in one for one in heard), answers


async def test_a_draft_that_nobody_approves_ends(stage: Stage) -> None:
    """Also over a restart: its message says so once its time is up, who wrote it is told, and *Edit* brings it back."""
    i = await sev2(stage)
    await i.types("alice", "severity SEV1")
    await says(i, ("users",), "erin", text=GOOD, public=BETTER)
    await stage.restart_bot()

    async def ended() -> bool:
        return "Nobody approved it until" in words((await drafts(i))[0])

    await until(ended, SHORT_S + 15)
    await stage.settle()
    [draft] = await drafts(i)
    assert buttons(draft) == ["Edit"]
    [told] = [one for one in await alone_with(stage, "erin") if "nobody approved your draft 1" in one]
    assert f"INC-{i.number}" in told
    view = (await stage.does("click", user="carol", channel=i.room, ts=draft["ts"], text="Edit"))["view"]
    assert BETTER in json.dumps(view)
    await stage.does("submit", user="carol", view_id=view["id"], values={"text": GOOD})
    await stage.settle()
    assert [GOOD in words(one) for one in await drafts(i)] == [False, True]


async def test_the_holding_line_goes_out_unedited(stage: Stage) -> None:
    """Alice, who commands, reads it and sends exactly that; carol is told who may."""
    i = await sev2(stage)
    for user in ("carol", "alice"):
        card = await i.card()
        opened = await stage.does(
            "click", user=user, channel=i.room, ts=card["ts"], action_id="more", value=f"holding:{i.number}"
        )
        view = opened["view"]
        assert view, opened
        if "submit" not in view:
            pytest.skip("the shipped holding line is approved by nobody")
        answer = await stage.does("submit", user=user, view_id=view["id"], values={})
        await stage.settle()
        if user == "carol":
            assert "Only the commander can send the holding line" in words(answer["view"])
    [public] = [one["payload"] for one in i.events() if one["kind"] == "public_said"]
    assert public["text"] in words(view)
    assert public["approved"]


async def test_nothing_of_a_restricted_incident_leaves_its_room(stage: Stage) -> None:
    """What stakeholders and subscribers had read is made neutral; the form offers the room alone; nobody hears more."""
    i = await sev2(stage)
    await stage.types("erin", f"{i.number} subscribe")
    await says(i, ("room", "stakeholders"), text="Users see zebra answers. Next update at 14:20 UTC.")
    [before] = await alone_with(stage, "erin")
    assert "zebra" in before
    await i.types("alice", "restrict it names a customer")
    [head] = await heads(i)
    assert "zebra" not in json.dumps(head)
    assert "restricted" in words(head)
    private = next(
        one
        for one in (await stage.state())["channels"]
        if one["name"].startswith(f"inc-{i.number}-") and one["private"]
    )
    inside = Incident(stage, i.number, private["id"])
    view = (await inside.clicks("alice", text="Draft update"))["view"]
    [to] = [one["element"] for one in view["blocks"] if one.get("block_id") == "audiences"]
    assert [one["value"] for one in to["options"]] == ["room"]
    await inside.types("alice", "dismiss false-alarm nothing was wrong with the zebra")
    [after] = await alone_with(stage, "erin")
    assert "restricted" in after
    assert "zebra" not in after
    assert all("zebra" not in json.dumps(one) for one in await heads(i))


async def test_hostile_words_ping_nobody(stage: Stage) -> None:
    """Mentions and template syntax in an update stand everywhere as they were typed."""
    hostile = "<!channel> <@U0ERIN> {{ 7*7 }} *users* next update at 15:00"
    i = await sev2(stage)
    await stage.types("dave", f"{i.number} subscribe")
    answer = await submits(i, "carol", ("room", "stakeholders", "users"), text=hostile, public=hostile)
    await stage.does("submit", user="carol", view_id=answer["view"]["id"], values={})
    await stage.settle()
    [head] = await heads(i)
    everywhere = [*await stage.messages(i.room), head, *(await stage.sees("messages/general", thread_ts=head["ts"]))]
    shown = [one for one in everywhere if "7*7" in json.dumps(one)]
    assert len(shown) >= 4
    for one in shown:
        assert "{{ 7*7 }}" in words(one)
        assert not {"U0ERIN", "channel", "!channel"} & set(one.get("practice_pings", ())), one["text"]
    assert any("7*7" in one for one in await alone_with(stage, "dave"))
