"""The environment, read once: every mistake is named, no value is ever printed."""

import re
from pathlib import Path

import pytest

from stanch.errors import StanchError
from stanch.settings import SECRETS, Settings, read

ROOT = Path(__file__).parents[1]
SECRET = "xoxb-hunter2"

# The keys of the contract's section "Environment".
KEYS = {
    "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_API_URL", "DATABASE_URL", "STANCH_DATA",
    "STANCH_HOME", "STANCH_TRIAGE_CHANNEL", "STANCH_ANNOUNCE_CHANNEL", "STANCH_ALERTMANAGER_TOKEN",
    "STANCH_PAGERDUTY_TOKEN", "STANCH_PAGERDUTY_API",
    "STANCH_STATUSPAGE_TOKEN", "STANCH_STATUSPAGE_API", "STANCH_STATUS_WEBHOOK_URL", "STANCH_STATUS_WEBHOOK_TOKEN",
    "STANCH_PAGERDUTY_ROUTING_KEY", "STANCH_PAGERDUTY_EVENTS", "STANCH_PAGE_WEBHOOK_URL",
    "STANCH_PAGE_WEBHOOK_TOKEN",
    "STANCH_SLACK_TIMEOUT_S", "STANCH_LEASE_S", "STANCH_GRACE_S", "STANCH_KNOWN_GOOD_S",
}  # fmt: skip


def refused(environment: dict[str, str], file: Path) -> str:
    with pytest.raises(StanchError) as refusal:
        read(environment, file)
    assert "hunter2" not in str(refusal.value)
    assert refusal.value.__cause__ is None
    return str(refusal.value)


def test_each_key_is_explained() -> None:
    """The contract, `.env.example` and the code name the same keys; the example sets none of them."""
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    given = [line.partition("=") for line in lines if line and not line.startswith("#")]
    assert {key for key, _, _ in given} == KEYS == {name.upper() for name in Settings.model_fields}
    assert all(value == "" for _, _, value in given)
    for key in KEYS:
        assert lines[lines.index(f"{key}=") - 1].startswith("# ")


def test_the_example_can_be_used_as_it_is() -> None:
    """Copied and left empty, everything takes its default."""
    assert read({}, ROOT / ".env.example") == read({}, ROOT / "no such file")


def test_unknown_keys_are_named_with_the_nearest(tmp_path: Path) -> None:
    """All at once, each with the key that was meant, and never a value."""
    said = refused(
        {"SLACK_BOT_TOKN": SECRET, "STANCH_LEASE": SECRET, "STANCH_XYZZY_XYZZY_XYZZY": SECRET}, tmp_path / ".env"
    )
    assert said == (
        "SLACK_BOT_TOKN is no setting of Stanch. Did you mean SLACK_BOT_TOKEN?\n"
        "STANCH_LEASE is no setting of Stanch. Did you mean STANCH_LEASE_S?\n"
        "STANCH_XYZZY_XYZZY_XYZZY is no setting of Stanch."
    )


@pytest.mark.parametrize(
    "environment",
    [
        {"STANCH_LEASE_S": "hunter2"}, {"STANCH_LEASE_S": "-1"}, {"STANCH_GRACE_S": "nan"},
        {"STANCH_SLACK_TIMEOUT_S": "0"}, {"STANCH_SLACK_TIMEOUT_S": "hunter2", "SLACK_BOT_TOKN": SECRET},
    ],
)  # fmt: skip
def test_wrong_values_are_named_by_their_key(environment: dict[str, str], tmp_path: Path) -> None:
    """The key and what was expected, not what was written; unknown keys beside it are told in the same breath."""
    said = refused(environment, tmp_path / ".env")
    assert all(re.search(rf"^{key}", said, re.MULTILINE) for key in environment)


def test_other_names_are_left_alone(tmp_path: Path) -> None:
    """A control's secret, and whatever else the shell holds, is nobody's mistake."""
    assert read({"LITELLM_KEY": SECRET, "PATH": "/bin"}, tmp_path / ".env") == read({}, tmp_path / ".env")


def test_the_environment_is_stronger_than_the_file(tmp_path: Path) -> None:
    """`.env` fills in what the environment does not say; an unknown key in it is found too."""
    file = tmp_path / ".env"
    file.write_text(
        "STANCH_LEASE_S=7\nSTANCH_GRACE_S=3\n# a comment\nexport SLACK_BOT_TOKEN='xoxb-1'\n", encoding="utf-8"
    )
    found = read({"STANCH_LEASE_S": "9"}, file)
    assert (found.stanch_lease_s, found.stanch_grace_s, found.token("SLACK_BOT_TOKEN")) == (9.0, 3.0, "xoxb-1")
    file.write_text(f"SLACK_TOKEN={SECRET}\n", encoding="utf-8")
    assert refused({}, file).startswith("SLACK_TOKEN is no setting of Stanch.")


def test_secrets_are_not_printed(tmp_path: Path) -> None:
    """Neither the settings nor a missing token show one."""
    found = read({"SLACK_BOT_TOKEN": SECRET, "DATABASE_URL": "postgresql://a:hunter2@b/c"}, tmp_path / ".env")
    assert "hunter2" not in f"{found!r} {found}"
    with pytest.raises(StanchError) as missing:
        found.token("SLACK_APP_TOKEN")
    assert str(missing.value) == (
        "SLACK_APP_TOKEN is not set. Put it into the environment or into .env; `stanch try` needs none."
    )


@pytest.mark.parametrize(
    ("transport", "given", "said"),
    [
        ("socket", {}, "SLACK_BOT_TOKEN and SLACK_APP_TOKEN are not set. Put them"),
        ("socket", {"SLACK_BOT_TOKEN": SECRET, "SLACK_SIGNING_SECRET": SECRET}, "SLACK_APP_TOKEN is not set. Put it"),
        ("http", {"SLACK_BOT_TOKEN": SECRET, "SLACK_APP_TOKEN": SECRET}, "SLACK_SIGNING_SECRET is not set. Put it"),
    ],
)
def test_each_transport_says_what_it_needs(transport: str, given: dict[str, str], said: str, tmp_path: Path) -> None:
    """Every secret that is missing is named at once, and none that only the other transport needs."""
    with pytest.raises(StanchError) as missing:
        read(given, tmp_path / ".env").need(*SECRETS[transport])
    assert str(missing.value) == f"{said} into the environment or into .env; `stanch try` needs none."


def test_defaults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite in the data folder, Slack's own API, and the folders where it is started if they are there."""
    monkeypatch.chdir(tmp_path)
    found = read({}, tmp_path / ".env")
    assert found.database == f"sqlite:///{tmp_path}/.stanch/stanch.sqlite3"
    assert found.api == "https://slack.com/api/"
    assert read({"SLACK_API_URL": "http://127.0.0.1:1/api"}, tmp_path / ".env").api == "http://127.0.0.1:1/api/"
    assert read({"DATABASE_URL": "sqlite:///x"}, tmp_path / ".env").database == "sqlite:///x"
    assert found.home == ROOT
    for folder in ("runbooks", "message_templates"):
        (tmp_path / folder).mkdir()
    assert found.home == tmp_path


def test_a_home_without_its_folders_is_told(tmp_path: Path) -> None:
    """A wrong STANCH_HOME is not replaced by another folder in silence."""
    with pytest.raises(StanchError) as refusal:
        _ = read({"STANCH_HOME": str(tmp_path)}, tmp_path / ".env").home
    assert str(refusal.value) == (
        f"There are no runbooks/ and message_templates/ in {tmp_path}. Set STANCH_HOME to where they are."
    )
