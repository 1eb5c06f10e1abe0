"""What is looked at here: folders, database, what is owed."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection

from stanch.controls.kinds import SHAPES
from stanch.core.events import KINDS
from stanch.core.incident import Incident
from stanch.doctor.lines import Line, Patient, degraded, fault, ok
from stanch.errors import Fault, StanchError
from stanch.slack.render import FACTS, OF_REMINDERS, REMINDERS, TEMPLATE_WORDS, TEMPLATES_NEEDED
from stanch.slack.seat_facts import ASKS, OF_ASKS
from stanch.store import catalogue, classes, outbox, schema, switches, templates, text_lint
from stanch.store.database import Database

OLDEST_POSTGRES = 150_000
SLACK = "https://slack.com/"
MANY_TRIES = 12
"""After so many tries, a minute apart, it is no hiccup of Slack any more."""
LOOKS = ("probe", "hold", "check")
"""Kinds that look again and again by their nature."""
HOLDS = ("runbooks", "message_templates")
"""The folders that make a home."""
PAGES = "runbooks/catalogue/planes"
PARTS = frozenset(
    f"incident.{name}" for name in (*dir(Incident), *Incident.__dataclass_fields__) if not name.startswith("_")
)
"""What a template may ask of the incident: a fact, or what follows from its facts."""


def lint(home: Path) -> tuple[list[Fault], list[str]]:
    """Faults of all files in a home folder, by place, and warnings: what `stanch check` shows.

    Raises `StanchError` that says what to do for a folder that is no home.
    """
    _need(home)
    known, faults, warnings = catalogue.look(home, SHAPES, datetime.now(UTC).date())
    faults += _pages(home)
    messages = home / "message_templates"
    wrong = templates.lint(messages, TEMPLATE_WORDS | PARTS, TEMPLATES_NEEDED, _words())
    unfit, odd = text_lint.lint(messages, known, classes.ids(home), {one.file for one in wrong})
    return sorted([*faults, *wrong, *unfit]), [*map(str, [*templates.unread(messages), *odd]), *warnings]


def _pages(home: Path) -> list[Fault]:
    """The faults of the catalogue's pages about control planes, each of which holds an example to copy."""
    pages = sorted((home / PAGES).glob("[!.]*.yml"))
    return [fault for path in pages for fault in switches.example(home, f"{PAGES}/{path.name}", SHAPES)]


def _words() -> dict[str, frozenset[str]]:
    """What the message about an event may name, by template: what each message may, and the event's own fields."""
    of = {kind: PARTS.union(FACTS, (field.name for field in fields(event))) for kind, event in KINDS.items()}
    of |= {kind: of[kind].union(OF_ASKS) for kind in ASKS}
    reminders = dict.fromkeys(REMINDERS, PARTS.union(FACTS, OF_REMINDERS))
    return of | {f"told_{kind}": words for kind, words in of.items()} | reminders


def _need(home: Path) -> None:
    try:
        if not home.is_dir():
            raise StanchError(f"There is no folder {home}.")
        if not (missing := _missing(home)):
            return
    except OSError as error:
        mend = "Let the bot in, or name another folder."
        raise StanchError(f"{home} cannot be read ({error.strerror}). {mend}") from error
    hint = "Name the folder that holds both, or set STANCH_HOME to it."
    with suppress(OSError):  # a folder above may be shut
        above = next((folder for folder in home.absolute().parents if not _missing(folder)), None)
        hint = f"Did you mean {above}?" if above else hint
    raise StanchError(f"There is no {' and no '.join(missing)} in {home}. {hint}")


def _missing(home: Path) -> list[str]:
    return [f"{name}/" for name in HOLDS if not (home / name).is_dir()]


async def folders(patient: Patient) -> Sequence[Line]:
    home = patient.settings.home
    faults, warnings = lint(home)
    if faults:
        first = f"{faults[0]}" + (f" … {len(faults)} faults; all of them: `stanch check`" if len(faults) > 1 else "")
        return [fault("folders", f"{home}: {first}")]
    if warnings:
        count = "1 warning" if len(warnings) == 1 else f"{len(warnings)} warnings"
        return [degraded("folders", f"{home}: {count}, see `stanch check`")]
    return [ok("folders", f"{home}: no faults")]


async def database(patient: Patient) -> Sequence[Line]:
    opened = Database(patient.settings.database)
    try:
        if absent := _absent(opened):
            return [ok("database", f"{absent} is not there yet; `stanch serve` makes it")]
        return opened.run(_rows)
    finally:
        opened.close()


def _absent(database: Database) -> Path | None:
    path = Path(str(database.engine.url.database))
    return path if database.is_sqlite and not path.exists() else None


def _rows(db: Connection) -> list[Line]:
    info = getattr(db.connection.dbapi_connection, "info", None)
    version = getattr(info, "server_version", OLDEST_POSTGRES)
    if version < OLDEST_POSTGRES:
        return [fault("database", f"PostgreSQL {version // 10_000}; 15 or later is needed")]
    revision = schema.found(db)
    if revision is None:
        return [fault("database", "no tables yet; run `stanch db upgrade`")]
    if revision < schema.NEEDED:
        return [fault("database", f"schema {revision}, {schema.NEEDED} is needed; run `stanch db upgrade`")]
    return [ok("database", f"{db.dialect.name}, schema {revision}"), *_outbox(db)]


def _outbox(db: Connection) -> list[Line]:
    counts = outbox.counts(db)
    found = []
    if counts["held"]:
        why = next((row.held for row in outbox.listing(db) if row.held), "")
        mend = "mend that, then `stanch outbox retry`"
        found.append(fault("outbox", f"{counts['held']} held, as Slack said {why}; {mend}"))
    if counts["buried"]:
        mend = "see `stanch outbox list`, then `stanch outbox retry ID`"
        found.append(fault("outbox", f"{counts['buried']} set aside after a refusal; {mend}"))
    tried = [row for row in outbox.listing(db) if row.attempts >= MANY_TRIES and row.kind not in LOOKS]
    stuck = [row for row in tried if row.state != "buried" and not row.held]
    if stuck:
        worst = max(stuck, key=lambda row: row.attempts)
        what = f"{len(stuck)} tried over and over, {worst.key} {worst.attempts} times: {worst.error}"
        found.append(fault("outbox", f"{what}; what comes after it waits, see `stanch outbox list`"))
    return found or [ok("outbox", f"nothing held or set aside, {counts['owed'] + counts['trying']} on the way")]


def _tried(folder: Path) -> bool:
    return (folder / "practice.sqlite3").exists()


async def data_folder(patient: Patient) -> Sequence[Line]:
    """What was tried must never go to a real Slack: its channels and people are not there."""
    given = patient.settings
    if _tried(given.stanch_data) and given.database_url is None and given.api.startswith(SLACK):
        where = f"{given.stanch_data} holds what `stanch try` made, and SLACK_API_URL is the real Slack's"
        return [fault("data folder", f"{where}; name another with STANCH_DATA")]
    return []
