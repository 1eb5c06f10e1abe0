"""`stanch doctor`: one look at everything that the bot needs, each fault with what mends it. It changes nothing.

A check is a function in `CHECKS` that returns its lines. Each is run, whatever became of those before it.
"""

from collections.abc import Sequence

from sqlalchemy.exc import SQLAlchemyError

from stanch.doctor import home, paging, planes, rotas, slack, status
from stanch.doctor.home import lint
from stanch.doctor.lines import Check, Line, Patient, fault
from stanch.errors import StanchError
from stanch.settings import SECRETS, Settings
from stanch.slack.client import Kind, Slack, SlackFault

__all__ = ["CHECKS", "Line", "examine", "lint"]

PATIENCE = 5.0
"""Seconds for one question to Slack."""
CHECKS: Sequence[Check] = (
    slack.bot_token, slack.transport, slack.scopes, slack.channels, slack.owners, rotas.rotas, paging.paging,
    home.folders, home.database, home.data_folder, planes.planes, status.status_pages, slack.plan,
)  # fmt: skip
"""In the order in which they are shown; the first learns who we are, which those that ask Slack need."""


async def examine(settings: Settings, transport: str | None = None) -> list[Line]:
    """Every check's lines. Raises `StanchError` for a transport that there is not."""
    if transport is not None and transport not in SECRETS:
        raise StanchError(f"There is no transport {transport}; choose {' or '.join(SECRETS)}.")
    token = settings.slack_bot_token
    client = Slack(token.get_secret_value(), settings.api, PATIENCE) if token else None
    patient = Patient(settings, transport, client)
    try:
        return [line for check in CHECKS for line in await _run(check, patient)]
    finally:
        if client:
            await client.close()


async def _run(check: Check, patient: Patient) -> Sequence[Line]:
    about = check.__name__.replace("_", " ")
    try:
        return await check(patient)
    except SlackFault as trouble:
        return [fault(about, _slack_says(trouble, patient.settings))]
    except (StanchError, SQLAlchemyError, OSError) as trouble:
        return [fault(about, _first_line(trouble))]


def _slack_says(trouble: SlackFault, settings: Settings) -> str:
    if trouble.kind is Kind.NOT_SENT or trouble.error == "timeout":
        return f"Slack does not answer at {settings.api} ({trouble}); is there a way out of this network?"
    mends = {
        "not_allowed_token_type": "that is another kind of token: the bot's begins with xoxb-",
        "missing_scope": "paste `stanch manifest` and install the app again",
    }
    mend = mends.get(trouble.error, "copy SLACK_BOT_TOKEN anew from OAuth & Permissions, or install the app again")
    return f"{trouble}; {mend}"


def _first_line(trouble: Exception) -> str:
    """The database's own word for it, which names no password, or the first line of ours."""
    said = getattr(trouble.__cause__, "orig", None) or getattr(trouble, "orig", None) or trouble
    lines = str(said).splitlines() or [type(said).__name__]
    return f"{lines[0]}; is DATABASE_URL right, and is it running?" if said is not trouble else lines[0]
