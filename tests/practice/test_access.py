"""Who may talk to the workspace, and with which token and scopes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
import yaml
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from practice.scopes import SCOPES
from practice.server import running
from practice.service import Service, Settings
from tests.practice.desk import Json, client_of, refusal
from tests.practice.stage import ALICE, TRIAGE, Stage

ARGS: dict[str, Json] = {
    "conversations.create": {"name": "made"},
    "users.info": {"user": ALICE},
    "users.lookupByEmail": {"email": "alice@example.com"},
    "conversations.open": {"users": ALICE},
}


def manifest(folder: Path, *scopes: str, **features: object) -> Path:
    path = folder / "manifest.yml"
    body = {
        "display_information": {"name": "Test"},
        "features": features,
        "oauth_config": {"scopes": {"bot": list(scopes)}},
    }
    path.write_text(yaml.safe_dump(body))
    return path


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Origin": "SELF"}, 200),
        ({"Host": "localhost:1"}, 200),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Host": "evil.example"}, 403),
        ({"Host": "127.0.0.1.evil.example:80"}, 403),
    ],
)
async def test_foreign_hosts_and_origins(
    service: Service, http: aiohttp.ClientSession, headers: dict[str, str], status: int
) -> None:
    """Requests of other pages, and of names that were made to point here, are refused; our own are not."""
    sent = {name: value.replace("SELF", service.base_url) for name, value in headers.items()}
    async with http.get(f"{service.base_url}/practice/state", headers=sent) as response:
        assert response.status == status


async def test_foreign_websockets(service: Service, http: aiohttp.ClientSession, client: AsyncWebClient) -> None:
    """A page elsewhere cannot open a socket either, even with a good ticket."""
    opened = await client.apps_connections_open(app_token=service.settings.app_token)
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await http.ws_connect(opened["url"], headers={"Origin": "https://evil.example"})
    assert refused.value.status == 403
    async with http.ws_connect(opened["url"]) as socket:
        assert (await socket.receive_json())["type"] == "hello"


@pytest.mark.parametrize(
    ("token", "method", "word"),
    [
        ("xoxb-practice-bot", "auth.test", None),
        ("xapp-practice-app", "auth.test", "not_allowed_token_type"),
        ("xoxb-other", "auth.test", "invalid_auth"),
        ("", "auth.test", "not_authed"),
        ("xapp-practice-app", "apps.connections.open", None),
        ("xoxb-practice-bot", "apps.connections.open", "not_allowed_token_type"),
        ("xapp-other", "apps.connections.open", "invalid_auth"),
    ],
)
async def test_tokens(service: Service, http: aiohttp.ClientSession, token: str, method: str, word: str | None) -> None:
    """Each method takes its own kind of token, and only the right one."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with http.post(f"{service.base_url}/api/{method}", headers=headers) as response:
        assert (await response.json()).get("error") == word


async def test_connections_are_opened_by_post(service: Service, http: aiohttp.ClientSession) -> None:
    """apps.connections.open by GET is insecure_request."""
    headers = {"Authorization": f"Bearer {service.settings.app_token}"}
    async with http.get(f"{service.base_url}/api/apps.connections.open", headers=headers) as response:
        assert (await response.json())["error"] == "insecure_request"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scopeless(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[AsyncWebClient]:
    """An app that was granted nothing but its command."""
    settings = Settings(manifest=manifest(tmp_path_factory.mktemp("scopeless"), "commands"))
    async with running(settings) as service, aiohttp.ClientSession() as http:
        yield client_of(service, http)


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("method", SCOPES)
async def test_missing_scopes(scopeless: AsyncWebClient, method: str) -> None:
    """Without any of its scopes a method is missing_scope, which says what is needed and what there is."""
    answer = await refusal(scopeless, method, **ARGS.get(method, {"channel": TRIAGE}))
    assert (answer["error"], answer["provided"]) == ("missing_scope", "commands")
    assert set(answer["needed"].split(",")) <= set(SCOPES[method])


async def test_scopes_fit_the_kind_of_channel(http: aiohttp.ClientSession, tmp_path: Path) -> None:
    """groups:write makes private channels only, and channels:manage public ones only."""
    async with running(Settings(manifest=manifest(tmp_path, "groups:write"))) as service:
        client = client_of(service, http)
        assert (await client.conversations_create(name="closed", is_private=True))["ok"]
        assert (await refusal(client, "conversations.create", name="open"))[
            "needed"
        ] == "channels:manage,channels:write"
        assert (await refusal(client, "conversations.setTopic", channel=TRIAGE, topic="t"))["error"] == "missing_scope"


@pytest.mark.parametrize(("scope", "word"), [("chat:write.public", None), ("chat:write", "not_in_channel")])
async def test_posting_without_joining(
    http: aiohttp.ClientSession, tmp_path: Path, scope: str, word: str | None
) -> None:
    """A public channel takes the bot's messages without membership only with chat:write.public."""
    async with running(Settings(manifest=manifest(tmp_path, "chat:write", scope))) as service:
        args: Json = {"channel": Stage(service).foreign(), "text": "x"}
        client = client_of(service, http)
        if word:
            assert (await refusal(client, "chat.postMessage", **args))["error"] == word
        else:
            assert (await client.chat_postMessage(**args))["ok"]
            hidden = {"channel": Stage(service).foreign(private=True), "text": "x"}
            assert (await refusal(client, "chat.postMessage", **hidden))["error"] == "channel_not_found"


async def test_scopes_are_told_in_headers(http: aiohttp.ClientSession, tmp_path: Path) -> None:
    """Every answer names the granted scopes as Slack does, for whoever wants to compare them."""
    async with running(Settings(manifest=manifest(tmp_path, "commands", "chat:write"))) as service:
        answer = await client_of(service, http).auth_test()
        assert answer.headers["x-oauth-scopes"] == "chat:write,commands"


async def test_emails_need_their_scope(http: aiohttp.ClientSession, tmp_path: Path) -> None:
    """users.info leaves the e-mail out without users:read.email."""
    async with running(Settings(manifest=manifest(tmp_path, "users:read"))) as service:
        answer = await client_of(service, http).users_info(user=ALICE)
        assert "email" not in answer["user"]["profile"]


async def test_home_needs_its_tab(http: aiohttp.ClientSession, tmp_path: Path) -> None:
    """views.publish is not_enabled until the manifest switches the Home tab on."""
    home = {"type": "home", "blocks": []}
    async with running(Settings(manifest=manifest(tmp_path, "commands"))) as service:
        answer = await refusal(client_of(service, http), "views.publish", user_id=ALICE, view=home)
        assert answer["error"] == "not_enabled"
    enabled = manifest(tmp_path, "commands", app_home={"home_tab_enabled": True})
    async with running(Settings(manifest=enabled)) as service:
        assert (await client_of(service, http).views_publish(user_id=ALICE, view=home))["ok"]


async def test_ten_sockets_at_most(service: Service, http: aiohttp.ClientSession, client: AsyncWebClient) -> None:
    """The tenth socket opens; an eleventh is too_many_websockets."""
    sockets = []
    for _ in range(10):
        opened = await client.apps_connections_open(app_token=service.settings.app_token)
        socket = await http.ws_connect(opened["url"])
        hello = await socket.receive_json()
        sockets.append(socket)
        assert hello["num_connections"] == len(sockets)
        assert hello["debug_info"]["approximate_connection_time"] == 3600
    with pytest.raises(SlackApiError) as refused:
        await client.apps_connections_open(app_token=service.settings.app_token)
    assert refused.value.response["error"] == "too_many_websockets"
    for socket in sockets:
        await socket.close()


async def test_a_ticket_opens_one_socket(service: Service, http: aiohttp.ClientSession, client: AsyncWebClient) -> None:
    """The URL of apps.connections.open works once."""
    url = (await client.apps_connections_open(app_token=service.settings.app_token))["url"]
    first = await http.ws_connect(url)
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await http.ws_connect(url)
    await first.close()


async def test_the_synchronous_client_too(service: Service) -> None:
    """slack_sdk's synchronous client, which sends forms and JSON, gets the same answers."""
    client = WebClient(token=service.settings.bot_token, base_url=f"{service.base_url}/api/", retry_handlers=[])
    posted = await asyncio.to_thread(
        client.chat_postMessage, channel=TRIAGE, text="hello", metadata={"event_type": "k", "event_payload": {"a": 1}}
    )
    history = await asyncio.to_thread(client.conversations_history, channel=TRIAGE, include_all_metadata=True, limit=1)
    assert history["messages"][0]["ts"] == posted["ts"]
    assert history["messages"][0]["metadata"]["event_payload"] == {"a": 1}


async def test_form_and_query(service: Service, http: aiohttp.ClientSession) -> None:
    """The same call as query, as form with JSON texts, and as multipart form."""
    headers = {"Authorization": f"Bearer {service.settings.bot_token}"}
    url = f"{service.base_url}/api/chat.postMessage"
    args = {"channel": TRIAGE, "text": "hello", "blocks": '[{"type": "divider"}]'}
    multipart = aiohttp.FormData(args, default_to_multipart=True)
    for sent in ({"params": args}, {"data": args}, {"data": multipart}):
        async with http.post(url, headers=headers, **sent) as response:
            answer = await response.json()
        assert (answer["message"]["text"], answer["message"]["blocks"][0]["type"]) == ("hello", "divider")
