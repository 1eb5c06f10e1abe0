"""The command line. Exit status: 0 good, 1 findings, 2 unusable input."""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stanch.cli_access import access_check
from stanch.cli_controls import app as controls_app
from stanch.errors import StanchError

if TYPE_CHECKING:
    from stanch.store.database import Database

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    # A trace with the values of variables would print tokens.
    pretty_exceptions_show_locals=False,
    help="Runs incidents in production AI systems, in Slack.",
)
outbox_app = typer.Typer(no_args_is_help=True, help="What is owed to Slack, held, or set aside.")
db_app = typer.Typer(no_args_is_help=True, help="The database.")
app.command("access-check")(access_check)
app.add_typer(controls_app, name="controls")
app.add_typer(outbox_app, name="outbox")
app.add_typer(db_app, name="db")

Transport = Annotated[str, typer.Option(help="How Slack reaches the bot: `socket` or `http`.")]


@app.command("try")
def try_(
    port: Annotated[int, typer.Option(help="Port of the practice workspace; 0 takes a free one.")] = 8765,
    data: Annotated[
        Path | None, typer.Option(help="Where both keep their state (default: STANCH_DATA, else .stanch).")
    ] = None,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Only print the addresses.")] = False,
    transport: Transport = "socket",
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Start empty: forget the practice workspace and its incidents.")
    ] = False,
) -> None:
    """A practice Slack in the browser, with the bot in it. Needs no Slack account and no token."""
    from stanch.trial import run

    asyncio.run(run(port, data, browser=not no_browser, fresh=fresh, transport=transport))


@app.command()
def serve(
    transport: Transport = "socket",
    host: Annotated[str, typer.Option(help="Where the bot's HTTP side listens.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Its port; 0 takes a free one.")] = 8766,
    log_level: Annotated[str, typer.Option(help="debug, info, warning or error; the log goes to stderr.")] = "info",
) -> None:
    """The bot, connected to the Slack that the environment names."""
    from stanch import app as root, logs, settings

    given = settings.read()
    logs.start(log_level)
    asyncio.run(root.serve(given, host, port, transport))


@app.command()
def check(folder: Annotated[Path | None, typer.Argument(help="Default: STANCH_HOME, else here.")] = None) -> None:
    """Lint the runbooks, the catalogue and the templates, offline: all faults at once."""
    from stanch import doctor, settings

    home = folder or settings.read().home
    faults, warnings = doctor.lint(home)
    for warning in warnings:
        typer.echo(f"warning: {warning}")
    for fault in faults:
        typer.echo(str(fault))
    if faults:
        raise typer.Exit(1)
    typer.echo("No faults.")


@app.command()
def doctor(
    transport: Annotated[
        str | None, typer.Option(help="Look at what `socket` or `http` needs; default: those that are set up.")
    ] = None,
) -> None:
    """Tokens, scopes, channels, owners, database, folders, what is held: each with what mends it. Changes nothing."""
    from stanch import doctor as house, settings

    lines = asyncio.run(house.examine(settings.read(), transport))
    for line in lines:
        typer.echo(str(line))
    if any(line.is_complaint for line in lines):
        raise typer.Exit(1)


@app.command()
def manifest(
    http: Annotated[str | None, typer.Option(metavar="URL", help="For HTTP: where Slack reaches the bot.")] = None,
) -> None:
    """The Slack app's manifest, to paste at api.slack.com/apps: for Socket Mode, or for HTTP at a URL."""
    from stanch import manifest as made

    typer.echo(made.for_sockets() if http is None else made.for_http(http), nl=False)


@app.command()
def runbooks(
    out: Annotated[Path, typer.Option(metavar="DIR", help="The folder to write into; it is made if it is not there.")],
) -> None:
    """The runbooks and the controls by hand as pages that work from a file, and print, when all else is down."""
    from stanch import production, settings
    from stanch.store.templates import Templates
    from stanch.web import runbooks as sheets

    home = settings.read().home
    known = production.read(home)
    said = sheets.messages(known, Templates.read(home / "message_templates"))
    try:
        written = sheets.write(known, out, said)
    except OSError as trouble:
        raise StanchError(f"{out} cannot be written: {trouble.strerror}.") from trouble
    typer.echo(f"{written[0]}: {len(written)} pages.")


@app.command()
def pull(
    incident: Annotated[int, typer.Option("--incident", metavar="N", help="The incident's number.")],
    control: Annotated[str, typer.Argument(help="Its id in runbooks/catalogue/controls.yml.")] = "",
    value: Annotated[str, typer.Argument(help="Left out: the value that its file or the known-good set says.")] = "",
    who: Annotated[
        str, typer.Option("--as", help="Who you are: a name as in services.yml, or a Slack id.", envvar="USER")
    ] = "",
    undo: Annotated[int | None, typer.Option(metavar="K", help="Put back what mitigation K moved.")] = None,
    agree: Annotated[int | None, typer.Option(metavar="P", help="Agree to pull P, as its second person.")] = None,
    break_glass: Annotated[str, typer.Option(metavar="WHY", help="Go on alone when nobody answers, and why.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the request, send nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask again.")] = False,
) -> None:
    """Pull a control of an incident when Slack is down: the same rules, the same entries in the timeline."""
    from stanch import hands, settings

    if (bool(control) + (undo is not None) + (agree is not None)) != 1:
        raise StanchError("Name one: a CONTROL, --undo K, or --agree P.")
    wish = hands.Wish(control, value, undo, agree, break_glass, dry_run)
    given = settings.read()

    def sure() -> bool:
        return yes or typer.confirm("Pull it?")

    if not asyncio.run(hands.run(given, incident, who, wish, typer.echo, sure)):
        raise typer.Exit(1)


@app.command()
def export(
    number: Annotated[int, typer.Argument(metavar="N", help="The incident's number.")],
    form: Annotated[str, typer.Option("--format", help="md, json or csv.")] = "md",
    out: Annotated[str, typer.Option("-o", help="A file, or - for standard output.")] = "-",
) -> None:
    """The timeline of an incident as a file. Works beside a running bot, and without Slack."""
    from stanch.core.export import FORMATS, export as write

    if form not in FORMATS:
        raise StanchError(f"--format {form} is unknown; choose {', '.join(FORMATS)}.")
    from stanch.store.events import Log

    with _database() as database:
        events = database.run(lambda db: Log().read(db, number))
    if not events:
        raise StanchError(f"There is no INC-{number} in this database.")
    content = write(events, form)
    if out == "-":
        sys.stdout.buffer.write(content)
        return
    try:
        Path(out).write_bytes(content)
    except OSError as trouble:
        raise StanchError(f"{out} cannot be written: {trouble.strerror}.") from trouble
    typer.echo(f"{out}: {len(events)} events, head {events[-1].hash}")


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(help="An exported timeline (JSON).")],
    head: Annotated[str | None, typer.Option(help="The hash that was posted to the room.")] = None,
) -> None:
    """Is this export whole, and is it the one whose head was posted?"""
    from stanch.core.export import NotAnExport, verify as look

    try:
        content = file.read_bytes()
    except OSError as trouble:
        raise StanchError(f"{file} cannot be read: {trouble.strerror}.") from trouble
    try:
        found = look(content, head)
    except NotAnExport as wrong:
        raise StanchError(f"{file}: {wrong}") from wrong
    for fault in found:
        typer.echo(f"{file}: {fault}")
    if found:
        raise typer.Exit(1)
    typer.echo(f"{file}: whole." + (_since(content, head) if head is not None else ""))


def _since(content: bytes, head: str) -> str:
    """What was recorded after the head was posted: closing posts it, and asking for an export is an event too."""
    import json

    from stanch.core.export import posted_at

    events = json.loads(content)["events"]
    place = posted_at(events, head) or 0
    if place == len(events):
        return " It is the one whose head was posted."
    more = len(events) - place
    return f" The posted head is that of event {place}; {more} {'was' if more == 1 else 'were'} recorded since."


@outbox_app.command("list")
def outbox_list() -> None:
    """What is owed, falls due later, is being tried, held, or set aside after a refusal."""
    import time
    from datetime import UTC, datetime

    from stanch.store import outbox

    with _database() as database:
        rows = database.run(outbox.listing)
    for row in rows:
        state = {"buried": "set aside"}.get(row.state, row.state)
        state = "held" if row.held and row.state == "owed" else state
        if state == "owed" and not row.attempts and row.due_at > time.time():
            state = f"due {datetime.fromtimestamp(row.due_at, UTC):%Y-%m-%d %H:%M} UTC"
        typer.echo(f"{row.id}  {state}  {row.key}  tries {row.attempts}" + (f"  {row.error}" if row.error else ""))
    if not rows:
        typer.echo("Nothing is owed.")


@outbox_app.command("retry")
def outbox_retry(
    id: Annotated[int | None, typer.Argument(help="One effect; default: all that are held or set aside.")] = None,
) -> None:
    """Owe again what was held or set aside; the running bot takes it up within seconds."""
    import time

    from stanch.store import outbox

    with _database() as database:
        count = database.run(lambda db: outbox.retry(db, time.time(), id=id))
    typer.echo(
        f"Nothing with id {id} is held or set aside." if id is not None and not count else f"{count} owed again."
    )
    if id is not None and count == 0:
        raise typer.Exit(1)


@db_app.command("upgrade")
def db_upgrade() -> None:
    """Bring the database to the schema that this version needs; SQLite is copied first."""
    from stanch.store import schema

    with _database(any_schema=True) as database:
        copy = schema.upgrade(database.engine)
    typer.echo(f"The schema is {schema.NEEDED}." + (f" A copy of what was there: {copy}" if copy else ""))


@contextmanager
def _database(*, any_schema: bool = False) -> "Iterator[Database]":
    """The database that the settings name. Raises `StanchError` when there is none, or none that this version knows."""
    from stanch import settings
    from stanch.store import schema
    from stanch.store.database import Database

    database = Database(settings.read().database)
    path = Path(str(database.engine.url.database))
    if database.is_sqlite and any_schema:
        path.parent.mkdir(parents=True, exist_ok=True)
    elif database.is_sqlite and not path.exists():
        raise StanchError(f"There is no database {path}. Set STANCH_DATA to the data folder, or DATABASE_URL.")
    try:
        if not any_schema:
            schema.require(database.engine)
        yield database
    finally:
        database.close()
