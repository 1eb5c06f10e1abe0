"""`stanch access-check`: can the bot, and the people who go on call, reach what is needed?"""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from stanch.core.catalogue import Catalogue
    from stanch.core.effect import Effect
    from stanch.settings import Settings


def access_check(
    ask: Annotated[
        bool, typer.Option("--ask", help="Also ask the people who go on call, by a message with one button each.")
    ] = False,
) -> None:
    """Each control plane, metric source and status page: can the bot reach it with its rights? Moves nothing."""
    from datetime import UTC, datetime

    from stanch import access, production, settings

    given = settings.read()
    known = production.read(given.home)
    found = asyncio.run(access.look(known, given))
    for one in found:
        typer.echo(str(one))
    missing = sum(bool(one.missing) for one in found)
    typer.echo(
        f"{len(found)} asked, " + (f"{missing} cannot be reached as needed." if missing else "all can be reached.")
    )
    if ask:
        _owe(given, access.owing(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}"))
        typer.echo(what_follows(known))
    if missing:
        raise typer.Exit(1)


def what_follows(known: "Catalogue") -> str:
    """What the bot does once a round is owed."""
    if not any(service.links for service in known.services.values()):
        return (
            "No service has `links` in services.yml, so nobody is asked; the owners hear in a day what I cannot reach."
        )
    return "The running bot asks the people who go on call; their owners hear in a day what is missing."


def _owe(given: "Settings", effect: "Effect") -> None:
    """For the running bot, which looks within seconds. Raises `StanchError` for a database that cannot be used."""
    import time
    from pathlib import Path

    from stanch.errors import StanchError
    from stanch.store import outbox, schema
    from stanch.store.database import Database

    database = Database(given.database)
    try:
        url = database.engine.url
        if url.get_backend_name() == "sqlite" and url.database and not Path(url.database).exists():
            raise StanchError("Nobody can be asked before `stanch serve` has run once: it is the bot that asks them.")
        schema.require(database.engine)
        database.run(lambda db: outbox.owe(db, 0, [effect], time.time()))
    finally:
        database.close()
