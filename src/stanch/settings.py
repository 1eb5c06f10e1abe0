"""The environment, read once. Secrets are never printed: an error names the key and never its value."""

import os
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path

from dotenv import dotenv_values
from pydantic import Field, PrivateAttr, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from stanch.errors import StanchError

OURS = ("STANCH_", "SLACK_")
SECRETS = {
    "socket": ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"),
    "http": ("SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET"),
}
"""What each transport needs; the other's secret may be absent."""


class Settings(BaseSettings):
    """Each field is the variable of the same name in capitals; `.env.example` explains them. `_S` is in seconds."""

    model_config = SettingsConfigDict(hide_input_in_errors=True, extra="ignore", env_ignore_empty=True)

    slack_bot_token: SecretStr | None = Field(default=None, min_length=1)
    slack_app_token: SecretStr | None = Field(default=None, min_length=1)
    slack_signing_secret: SecretStr | None = Field(default=None, min_length=1)
    slack_api_url: str = "https://slack.com/api/"
    database_url: SecretStr | None = None
    stanch_data: Path = Path(".stanch")
    stanch_home: Path | None = None
    stanch_triage_channel: str = ""
    stanch_announce_channel: str = ""
    stanch_alertmanager_token: SecretStr | None = Field(default=None, min_length=1)
    stanch_pagerduty_token: SecretStr | None = Field(default=None, min_length=1)
    stanch_pagerduty_api: str = "https://api.pagerduty.com"
    stanch_pagerduty_routing_key: SecretStr | None = Field(default=None, min_length=1)
    stanch_pagerduty_events: str = "https://events.pagerduty.com"
    stanch_page_webhook_url: SecretStr | None = Field(default=None, min_length=1)
    stanch_page_webhook_token: SecretStr | None = Field(default=None, min_length=1)
    stanch_statuspage_token: SecretStr | None = Field(default=None, min_length=1)
    stanch_statuspage_api: str = "https://api.statuspage.io/v1"
    stanch_status_webhook_url: SecretStr | None = Field(default=None, min_length=1)
    stanch_status_webhook_token: SecretStr | None = Field(default=None, min_length=1)
    stanch_slack_timeout_s: float = Field(default=10.0, gt=0, le=60)
    stanch_lease_s: float = Field(default=30.0, gt=0, le=3600)
    stanch_grace_s: float = Field(default=5.0, ge=0, le=600)
    stanch_known_good_s: float = Field(default=600.0, gt=0, le=86_400)
    _environment: dict[str, str] = PrivateAttr(default_factory=dict)

    def __eq__(self, other: object) -> bool:
        """By the settings themselves; what else the environment holds does not make them others."""
        return isinstance(other, Settings) and self.__dict__ == other.__dict__

    @property
    def environment(self) -> Mapping[str, str]:
        """Everything that was given: the planes' addresses and secrets are in it, by the names of the catalogue."""
        return self._environment

    @property
    def api(self) -> str:
        return self.slack_api_url.rstrip("/") + "/"

    @property
    def database(self) -> str:
        """The database's URL: SQLite in the data folder unless `DATABASE_URL` says another."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.stanch_data.absolute() / 'stanch.sqlite3'}"

    @property
    def home(self) -> Path:
        """The folder with `runbooks/` and `message_templates/`. Raises `StanchError` when there is none."""
        package = Path(__file__).parent
        wanted = [self.stanch_home] if self.stanch_home else [Path.cwd(), package.parents[1], package / "home"]
        for folder in wanted:
            if (folder / "runbooks").is_dir() and (folder / "message_templates").is_dir():
                return folder
        raise StanchError(
            f"There are no runbooks/ and message_templates/ in {wanted[0]}. Set STANCH_HOME to where they are."
        )

    def token(self, name: str) -> str:
        """A secret that is needed now. Raises `StanchError` that says which is missing."""
        self.need(name)
        return str(getattr(self, name.lower()).get_secret_value())

    def need(self, *names: str) -> None:
        """Raises `StanchError` naming every one of these secrets that is not set."""
        missing = [name for name in names if getattr(self, name.lower()) is None]
        if missing:
            are, them = ("is", "it") if len(missing) == 1 else ("are", "them")
            what = f"{' and '.join(missing)} {are} not set. Put {them}"
            raise StanchError(f"{what} into the environment or into .env; `stanch try` needs none.")


def read(environment: Mapping[str, str] | None = None, file: Path = Path(".env")) -> Settings:
    """Settings from `.env` and, stronger, the environment. Raises `StanchError` naming every key that is wrong."""
    given = {k: v for k, v in dotenv_values(file).items() if v is not None} if file.is_file() else {}
    given |= dict(os.environ if environment is None else environment)
    known = {name.upper() for name in Settings.model_fields}
    faults = [
        f"{key} is no setting of Stanch." + _nearest(key, known)
        for key in sorted(given)
        if key.upper().startswith(OURS) and key not in known
    ]
    try:
        settings = Settings.model_validate({k.lower(): v for k, v in given.items() if k in known and v != ""})
    except ValidationError as wrong:
        faults += [f"{str(e['loc'][0]).upper()}: {e['msg']}." for e in wrong.errors(include_input=False)]
        raise StanchError("\n".join(faults)) from None
    if faults:
        raise StanchError("\n".join(faults))
    settings._environment = given
    return settings


def _nearest(key: str, known: set[str]) -> str:
    near = get_close_matches(key.upper(), known, n=1)
    return f" Did you mean {near[0]}?" if near else ""
