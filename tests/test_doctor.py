"""`stanch doctor`: each check says ok, and each complains where it should, with what mends it and without a secret."""

import asyncio
import hashlib
import shutil
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import insert, text, update

from practice.ai.server import running as ai_service
from practice.server import running
from practice.service import Service, Settings as Workspace
from stanch.doctor import Line, examine, home as folders, lint
from stanch.doctor.home import data_folder
from stanch.doctor.lines import Patient
from stanch.errors import Fault, StanchError
from stanch.settings import Settings, read
from stanch.store import schema, tables as t
from stanch.store.database import Database
from tests.acceptance.harness import clean_environment
from tests.fakes.plane import FakePlane

ROOT = Path(__file__).parents[1]
NOWHERE = "http://127.0.0.1:9/api/"
Given = dict[str, str]
LINTED: dict[str, tuple[list[Fault], list[str]]] = {}
"""What is wrong with the files of a home, by their bytes."""


@pytest.fixture(autouse=True)
def linted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Most tests here have the shipped files: the same files have the same faults, which need not be found anew."""

    def known(home: Path) -> tuple[list[Fault], list[str]]:
        digest = hashlib.sha256()
        for path in sorted(one for name in folders.HOLDS for one in (home / name).rglob("*") if one.is_file()):
            digest.update(f"{path.relative_to(home)}\0{path.stat().st_size}\0".encode() + path.read_bytes())
        key = digest.hexdigest()
        if key not in LINTED:
            LINTED[key] = lint(home)
        return LINTED[key]

    monkeypatch.setattr(folders, "lint", known)


@asynccontextmanager
async def slack(folder: Path, change: Callable[[Any], None] = lambda _: None, **more: Any) -> AsyncIterator[Service]:
    """A practice workspace with our manifest, after `change`."""
    manifest = yaml.safe_load((ROOT / "manifest.yml").read_text(encoding="utf-8"))
    change(manifest)
    path = folder / "manifest.yml"
    path.write_text(yaml.safe_dump(manifest), encoding="utf-8")
    async with running(Workspace(manifest=path, **more)) as service:
        yield service


def environment(service: Service, folder: Path, **more: str) -> Given:
    """Everything as it should be, but for `more`; a key that is empty is not set."""
    return {
        "SLACK_BOT_TOKEN": service.settings.bot_token,
        "SLACK_APP_TOKEN": service.settings.app_token,
        "SLACK_API_URL": f"{service.base_url}/api/",
        "STANCH_HOME": str(ROOT),
        "STANCH_DATA": str(folder / "data"),
        "STANCH_TRIAGE_CHANNEL": "triage",
        "STANCH_ANNOUNCE_CHANNEL": "#incidents",
        "STANCH_PAGERDUTY_ROUTING_KEY": "R0UTING-K3Y",
    } | more


def settings(given: Given) -> Settings:
    return read(given, Path("no such file"))


async def examined(given: Given, transport: str | None = None) -> list[Line]:
    lines = await examine(settings(given), transport)
    said = "\n".join(map(str, lines))
    secrets = [v for k, v in given.items() if ("TOKEN" in k or "SECRET" in k or "KEY" in k) and v] + ["hunter2"]
    assert [one for one in secrets if one in said] == []
    return lines


async def complaints(given: Given, transport: str | None = None) -> list[str]:
    return [f"{line.about}: {line.what}" for line in await examined(given, transport) if line.is_complaint]


@pytest.fixture
async def practice(tmp_path: Path) -> AsyncIterator[Service]:
    async with slack(tmp_path) as service:
        yield service


async def test_all_is_well(practice: Service, tmp_path: Path) -> None:
    """A set-up that works has no complaint; what the plan lacks is one line each that is none."""
    lines = await examined(environment(practice, tmp_path))
    assert [(line.mark, line.about) for line in lines] == [
        ("ok", "bot token"), ("ok", "Socket Mode"), ("ok", "scopes"), ("ok", "channels"), ("ok", "channels"),
        ("ok", "owners"), ("ok", "on call"), ("ok", "paging"), ("ok", "folders"), ("ok", "database"),
        ("degraded", "planes"), ("ok", "status page"), ("degraded", "plan"), ("degraded", "plan"),
    ]  # fmt: skip
    assert not (tmp_path / "data").exists()
    assert str(lines[-2]) == (
        "degraded  plan: degrades: no user groups (plan_upgrade_required); a rota in people.yml cannot be one"
    )


async def test_paging(practice: Service, tmp_path: Path) -> None:
    """Nothing that could wake anybody is a fault; where it would go is said, without a key or a path."""
    nothing = environment(practice, tmp_path, STANCH_PAGERDUTY_ROUTING_KEY="")
    assert await complaints(nothing) == [
        "paging: nobody can be woken for SEV1: a message wakes nobody; set STANCH_PAGERDUTY_ROUTING_KEY or"
        " STANCH_PAGE_WEBHOOK_URL"
    ]
    both = environment(practice, tmp_path, STANCH_PAGE_WEBHOOK_URL="https://wake.example.com/hooks/hunter2")
    assert [str(line) for line in await examined(both) if line.about == "paging"] == [
        "ok        paging: PagerDuty at https://events.pagerduty.com and the webhook at wake.example.com"
        " (not tried: that would wake somebody)"
    ]
    slip = environment(practice, tmp_path, STANCH_PAGE_WEBHOOK_URL="https://wake.example.com:99999/")
    assert await complaints(slip) == [
        "paging: STANCH_PAGE_WEBHOOK_URL is no address; correct it, or phones stay silent"
    ]


async def test_nobody_is_there_to_be_woken(practice: Service, tmp_path: Path) -> None:
    """A service whose owners and path name nobody who is here, or nobody at all, is a fault each."""
    home = tmp_path / "home"
    for folder in ("runbooks", "message_templates"):
        shutil.copytree(ROOT / folder, home / folder)
    (home / "runbooks/catalogue/people.yml").unlink()
    file = home / "runbooks/catalogue/services.yml"
    one, two = "owners: {commander: [alice], technical: [bob, dave]", "owners: {commander: [dave], technical: [bob]"
    text = file.read_text(encoding="utf-8")
    assert one in text
    assert two in text
    text = text.replace(one, "owners: {commander: [], technical: []").replace(two, "owners: {commander: [gone]")
    file.write_text(text, encoding="utf-8")
    said = await complaints(environment(practice, tmp_path, STANCH_HOME=str(home)))
    mend = "correct its owners in runbooks/catalogue/services.yml or its path in people.yml"
    assert [one for one in said if one.startswith("paging")] == [
        f"paging: nobody can be woken for SEV1 of support-copilot: nobody is named; {mend}",
        f"paging: nobody can be woken for SEV1 of search-answers: none of those named is in this workspace; {mend}",
    ]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"SLACK_BOT_TOKEN": ""}, "SLACK_BOT_TOKEN is not set; it is on the app's page, under OAuth & Permissions"),
        (
            {"SLACK_BOT_TOKEN": "xoxb-guess"},
            "invalid_auth; copy SLACK_BOT_TOKEN anew from OAuth & Permissions, or install the app again",
        ),
        (
            {"SLACK_BOT_TOKEN": "xapp-practice-app"},
            "not_allowed_token_type; that is another kind of token: the bot's begins with xoxb-",
        ),
        (
            {"SLACK_API_URL": NOWHERE, "SLACK_APP_TOKEN": "", "SLACK_SIGNING_SECRET": "hunter2"},
            f"Slack does not answer at {NOWHERE} (no_connection); is there a way out of this network?",
        ),
    ],
)
async def test_bot_token(practice: Service, tmp_path: Path, wrong: Given, said: str) -> None:
    """What is wrong with the token or the way to Slack; everything that needs neither is looked at all the same."""
    lines = await examined(environment(practice, tmp_path, **wrong))
    assert [str(line) for line in lines if line.is_complaint] == [f"FAULT     bot token: {said}"]
    assert {"folders", "database"} <= {line.about for line in lines if line.mark == "ok"}


SOCKET = "is SLACK_APP_TOKEN (xapp-…) of this app, has it connections:write, and is Socket Mode on?"


@pytest.mark.parametrize(
    ("wrong", "transport", "said"),
    [
        (
            {"SLACK_APP_TOKEN": ""},
            None,
            "transport: set SLACK_APP_TOKEN for Socket Mode, or SLACK_SIGNING_SECRET for HTTP",
        ),
        (
            {"SLACK_APP_TOKEN": ""},
            "socket",
            "Socket Mode: SLACK_APP_TOKEN is not set; make one with connections:write under App-Level Tokens",
        ),
        ({"SLACK_APP_TOKEN": "xapp-guess"}, None, f"Socket Mode: invalid_auth; {SOCKET}"),
        ({}, "http", "HTTP: SLACK_SIGNING_SECRET is not set; it is on the app's page, under Basic Information"),
    ],
)
async def test_transport(practice: Service, tmp_path: Path, wrong: Given, transport: str | None, said: str) -> None:
    """Each transport that is asked for or set up has what it needs."""
    assert await complaints(environment(practice, tmp_path, **wrong), transport) == [said]


async def test_transport_that_there_is_not(practice: Service, tmp_path: Path) -> None:
    """A transport of another name is refused."""
    with pytest.raises(StanchError, match=r"There is no transport pigeon; choose socket or http\."):
        await examine(settings(environment(practice, tmp_path)), "pigeon")


def pins_for_emoji(manifest: Any) -> None:
    scopes = manifest["oauth_config"]["scopes"]["bot"]
    scopes.remove("pins:write")
    scopes.append("emoji:read")


async def test_scopes(tmp_path: Path) -> None:
    """What the manifest asks for and the token has not is a complaint; what it has beyond that is only said."""
    async with slack(tmp_path, pins_for_emoji) as service:
        lines = await examined(environment(service, tmp_path))
    assert [str(line) for line in lines if line.about == "scopes"] == [
        "FAULT     scopes: pins:write missing; add them under OAuth & Permissions (or paste `stanch manifest`) and"
        " install the app again",
        "degraded  scopes: emoji:read not needed; take them away if no other use is known",
    ]


def nothing_public(manifest: Any) -> None:
    manifest["oauth_config"]["scopes"]["bot"].remove("chat:write.public")


async def test_channels(tmp_path: Path) -> None:
    """A channel that is not there, one that the bot is not in, and one that is not named."""
    async with slack(tmp_path, nothing_public) as service:
        service.workspace.channels["C0INCIDENTS"].members.clear()
        names = {"STANCH_TRIAGE_CHANNEL": "alarms", "STANCH_ANNOUNCE_CHANNEL": "incidents"}
        assert [one for one in await complaints(environment(service, tmp_path, **names)) if "scopes" not in one] == [
            "channels: STANCH_TRIAGE_CHANNEL: no channel alarms that I can see;"
            " if it is private, /invite @stanch there",
            "channels: STANCH_ANNOUNCE_CHANNEL: not in #incidents; /invite @stanch there",
        ]
    async with slack(tmp_path) as service:
        service.workspace.channels["C0INCIDENTS"].members.clear()
        lines = await examined(environment(service, tmp_path, STANCH_TRIAGE_CHANNEL=""))
        assert [str(line) for line in lines if line.about == "channels"] == [
            "degraded  channels: STANCH_TRIAGE_CHANNEL is not set: signals are shown nowhere",
            "ok        channels: STANCH_ANNOUNCE_CHANNEL: #incidents is public, and may be posted to",
        ]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A house of our own."""
    for name in ("runbooks", "message_templates"):
        shutil.copytree(ROOT / name, tmp_path / "home" / name)
    return tmp_path / "home"


async def test_owners(practice: Service, tmp_path: Path, home: Path) -> None:
    """Whoever is named in services.yml and is not in the workspace."""
    services = home / "runbooks" / "catalogue" / "services.yml"
    services.write_text(services.read_text(encoding="utf-8").replace("alice", "zoe"), encoding="utf-8")
    [said] = await complaints(environment(practice, tmp_path, STANCH_HOME=str(home)))
    assert said.startswith("owners: not in this workspace: zoe (support-copilot)")
    assert said.endswith("; correct runbooks/catalogue/services.yml")


async def test_people_on_call(practice: Service, tmp_path: Path, home: Path) -> None:
    """Whoever is on call and not here would be asked for nothing: named, with the file to correct."""
    path = home / "runbooks/catalogue/people.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("  erin:", "  zoe: {}\n  erin:"), encoding="utf-8")
    [said] = await complaints(environment(practice, tmp_path, STANCH_HOME=str(home)))
    assert said == "on call: not in this workspace: zoe; correct runbooks/catalogue/people.yml"


async def test_folders(practice: Service, tmp_path: Path, home: Path) -> None:
    """A fault in the files is shown as `stanch check` shows it; a home that is none says so."""
    services = home / "runbooks" / "catalogue" / "services.yml"
    services.write_text(services.read_text(encoding="utf-8") + "\nasign: bob\n", encoding="utf-8")
    said = await complaints(environment(practice, tmp_path, STANCH_HOME=str(home)))
    [files] = [one for one in said if one.startswith("folders: ")]
    assert "runbooks/catalogue/services.yml:" in files
    said = await complaints(environment(practice, tmp_path, STANCH_HOME=str(tmp_path)))
    assert [one for one in said if one.startswith("folders: There are no runbooks/")]


def database(given: Given) -> Database:
    settings(given).stanch_data.mkdir(exist_ok=True)
    return Database(settings(given).database)


@pytest.mark.slow
async def test_database(practice: Service, tmp_path: Path) -> None:
    """No tables, an old schema, a newer one, and a server that is away, whose password is not told."""
    given = environment(practice, tmp_path)
    opened = database(given)
    with opened.engine.begin() as db:
        db.execute(text("create table something (x int)"))
    assert await complaints(given) == ["database: no tables yet; run `stanch db upgrade`"]
    with opened.engine.begin() as db:
        db.execute(text("drop table something"))
    schema.upgrade(opened.engine)
    for revision, said in (
        ("0000", [f"database: schema 0000, {schema.NEEDED} is needed; run `stanch db upgrade`"]),
        ("9999", []),
    ):
        with opened.engine.begin() as db:
            db.execute(text("update alembic_version set version_num = :to"), {"to": revision})
        assert await complaints(given) == said
    opened.close()
    away = given | {"DATABASE_URL": "postgresql://stanch:hunter2@127.0.0.1:9/stanch"}
    [said] = await complaints(away)
    assert said.startswith("database: connection failed: ")
    assert said.endswith("; is DATABASE_URL right, and is it running?")


def effect(number: int, **more: Any) -> dict[str, Any]:
    row = {"key": f"INC-1:{number}", "incident": 1, "kind": "pin", "lane": "r1", "payload": "{}", "attempts": 1}
    return row | {"state": "owed", "due_at": 0.0} | more


@pytest.mark.slow
async def test_outbox(practice: Service, tmp_path: Path) -> None:
    """What is held and what was set aside, with how many and which command mends it."""
    given = environment(practice, tmp_path)
    opened = database(given)
    schema.upgrade(opened.engine)
    with opened.engine.begin() as db:
        for row in (effect(1, held="missing_scope"), effect(2, held="missing_scope"), effect(3, state="buried")):
            db.execute(insert(t.effect), row)
    assert await complaints(given) == [
        "outbox: 2 held, as Slack said missing_scope; mend that, then `stanch outbox retry`",
        "outbox: 1 set aside after a refusal; see `stanch outbox list`, then `stanch outbox retry ID`",
    ]
    with opened.engine.begin() as db:
        db.execute(update(t.effect).values(state="done", held=None))
    assert await complaints(given) == []
    with opened.engine.begin() as db:
        db.execute(insert(t.effect), effect(4, attempts=13, error="http_500"))
    assert await complaints(given) == [
        "outbox: 1 tried over and over, INC-1:4 13 times: http_500; what comes after it waits, see `stanch outbox list`"
    ]
    opened.close()


async def planes(given: Given) -> list[str]:
    return [str(line) for line in await examined(given) if line.about == "planes"]


@pytest.mark.slow
async def test_planes(practice: Service, tmp_path: Path) -> None:
    """A plane that is not set up works with less; one that is and cannot be read is a complaint; nothing is moved."""
    given = environment(practice, tmp_path)
    assert await planes(given) == [
        "degraded  planes: practice: PRACTICE_AI_URL is not set; its controls are pulled by hand"
    ]
    async with ai_service() as ai:
        known = ai.engine.settings.count
        at = given | {"PRACTICE_AI_URL": ai.url, "PRACTICE_AI_TOKEN": ai.token}
        assert await planes(at) == ["ok        planes: practice: 45 controls can be read, and nothing is missing"]
        assert await planes(at | {"PRACTICE_AI_TOKEN": "hunter2"}) == [
            "FAULT     planes: practice: The control plane practice does not accept us (401 Unauthorized):"
            " check PRACTICE_AI_TOKEN"
        ]
        assert await planes(at | {"PRACTICE_AI_TOKEN": ""}) == [
            "FAULT     planes: practice: PRACTICE_AI_TOKEN is not set: pull it by hand"
        ]
        assert ai.engine.settings.count == known
    assert await planes(at) == [
        "FAULT     planes: practice: The control plane practice could not be reached: is it up?"
    ]
    assert await planes(at | {"PRACTICE_AI_URL": "practice.example"}) == [
        "FAULT     planes: practice: PRACTICE_AI_URL must be an http or https address without a password or a query:"
        " pull it by hand"
    ]


async def test_a_plane_that_is_only_measured(practice: Service, tmp_path: Path, home: Path) -> None:
    """Where no control stands there is nothing to read, and that is well; another plane's trouble is still told."""
    controls = home / "runbooks" / "catalogue" / "controls.yml"
    more = """planes:
  metrics:
    kind: prometheus
    url: http://127.0.0.1:9
  gateway:
    kind: http
    url: https://gateway.example.com
"""
    controls.write_text(controls.read_text(encoding="utf-8").replace("planes:\n", more, 1), encoding="utf-8")
    assert await planes(environment(practice, tmp_path, STANCH_HOME=str(home))) == [
        "FAULT     planes: metrics: The control plane metrics could not be reached: is it up?",
        "ok        planes: gateway: no control stands there",
        "degraded  planes: practice: PRACTICE_AI_URL is not set; its controls are pulled by hand",
    ]


QUIET = """  alert.quiet:
    name: Quiet
    does: Stops paging.
    direction: more
    within: 10s
    proof: The alert shows as silenced.
    by_hand: Silence it.
    owner: bob
    for:
"""
SILENCE = """      {service}:
        plane: alerts
        target: {{matchers: {{alertname: X, service: {service}}}}}
        values: {values}
        to: "on"
"""


async def test_each_control_that_is_not_ready(practice: Service, tmp_path: Path, home: Path) -> None:
    """One line for each that cannot be read or stands at something odd, one for the plane when all is well."""
    controls = home / "runbooks" / "catalogue" / "controls.yml"
    text = controls.read_text(encoding="utf-8").partition("  alert.quiet:\n")[0]
    silences = SILENCE.format(service="support-copilot", values='["on"]')
    silences += SILENCE.format(service="search-answers", values='["off", "on"]')
    given = environment(practice, tmp_path, STANCH_HOME=str(home))
    async with FakePlane().up() as plane:
        there = f"planes:\n  alerts:\n    kind: alertmanager\n    url: {plane.url}\n"
        controls.write_text(text.replace("planes:\n", there, 1) + QUIET + silences, encoding="utf-8")
        plane.routes["GET", "/api/v2/silences"] = lambda call: (403 if "search" in call.path else 200, [])
        odd = "degraded  planes: alerts: alert.quiet of support-copilot stands at off, which is not among its values"
        refused = "does not let us do this (403 Forbidden): ask its owner, or do it by hand"
        assert (await planes(given))[:2] == [
            f"FAULT     planes: alerts: alert.quiet of search-answers: The control plane alerts {refused}",
            odd,
        ]
        plane.routes["GET", "/api/v2/silences"] = lambda call: (200, [])
        assert (await planes(given))[:2] == [
            "ok        planes: alerts: 2 controls can be read, and nothing is missing",
            odd,
        ]


@pytest.mark.parametrize("kind", ["probe", "hold", "check"])
@pytest.mark.slow
async def test_looking_again_is_no_complaint(practice: Service, tmp_path: Path, kind: str) -> None:
    """What looks again and again by its nature may be tried often; the same of a call to Slack is a complaint."""
    given = environment(practice, tmp_path)
    opened = database(given)
    schema.upgrade(opened.engine)
    with opened.engine.begin() as db:
        db.execute(insert(t.effect), effect(1, kind=kind, attempts=400))
    assert await complaints(given) == []
    with opened.engine.begin() as db:
        db.execute(update(t.effect).values(kind="post", error="http_500"))
    assert await complaints(given) == [
        "outbox: 1 tried over and over, INC-1:1 400 times: http_500; what comes after it waits, see"
        " `stanch outbox list`"
    ]
    opened.close()


async def test_a_trial_is_not_for_a_real_slack(tmp_path: Path) -> None:
    """The data folder of `stanch try` at the real Slack's address is a complaint; at the practice Slack's it is not."""
    (tmp_path / "practice.sqlite3").touch()

    async def said(**given: str) -> list[str]:
        return [
            line.what
            for line in await data_folder(Patient(settings({"STANCH_DATA": str(tmp_path), **given}), None, None))
        ]

    assert await said() == [
        f"{tmp_path} holds what `stanch try` made, and SLACK_API_URL is the real Slack's; name another with STANCH_DATA"
    ]
    assert await said(SLACK_API_URL="http://127.0.0.1:8765/api/") == []
    assert await said(DATABASE_URL="postgresql://db/stanch") == []


async def test_plan_without_bookmarks(tmp_path: Path) -> None:
    """A workspace that has no bookmarks degrades, in one line, and is no complaint."""
    async with slack(tmp_path, without=("bookmarks",)) as service:
        lines = await examined(environment(service, tmp_path))
    found = [str(line) for line in lines if line.about == "plan" and "bookmarks" in line.what]
    assert len(found) == 1
    assert found[0].startswith("degraded  plan: degrades: no bookmarks (")
    assert [line for line in lines if line.is_complaint] == []


async def run(*arguments: str, **given: str) -> tuple[int, str, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "stanch", *arguments, env=clean_environment() | given, cwd=ROOT,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await process.communicate()
    return process.returncode or 0, out.decode(), err.decode()


@pytest.mark.slow
async def test_exit_status(practice: Service, tmp_path: Path) -> None:
    """0 when all is well, 1 with a complaint, 2 for settings that nobody can use."""
    given = environment(practice, tmp_path)
    status, out, _ = await run("doctor", **given)
    assert (status, out.splitlines()[0]) == (
        0,
        f"ok        bot token: @stanch in Practice ({practice.base_url}/)",
    )
    assert (await run("doctor", **(given | {"SLACK_APP_TOKEN": "xapp-guess"})))[0] == 1
    status, _, err = await run("doctor", **(given | {"STANCH_LEASE": "hunter2"}))
    assert (status, err) == (2, "stanch: STANCH_LEASE is no setting of Stanch. Did you mean STANCH_LEASE_S?\n")


ELSEWHERE = "  group: {user_group: helpers}\n  paged: {pagerduty: PABC123}\n\nescalation:"


@pytest.mark.parametrize(
    ("token", "said"),
    [
        ("", "rotas: paged is a PagerDuty schedule, and STANCH_PAGERDUTY_TOKEN is not set"),
        (
            "secret",
            "rotas: paged: PagerDuty cannot be reached; until it is mended, the rest of the path is asked",
        ),
    ],
)
async def test_rotas_that_others_keep(practice: Service, tmp_path: Path, home: Path, token: str, said: str) -> None:
    """Each one that does not say who is on call is a complaint with what is missing, and no key is told."""
    path = home / "runbooks/catalogue/people.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("\nescalation:", ELSEWHERE), encoding="utf-8")
    more = {"STANCH_PAGERDUTY_TOKEN": token, "STANCH_PAGERDUTY_API": "http://127.0.0.1:9"}
    assert await complaints(environment(practice, tmp_path, STANCH_HOME=str(home), **more)) == [
        "rotas: group: this Slack plan has no user groups; until it is mended, the rest of the path is asked",
        said,
    ]
