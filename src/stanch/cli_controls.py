"""`stanch controls`: what is declared and what it stands at now, and what a control plane has. Moves nothing."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from stanch.errors import StanchError

if TYPE_CHECKING:
    from stanch.controls.base import Planes
    from stanch.core.catalogue import Catalogue

app = typer.Typer()
SECONDS = 20.0
"""For all controls together."""
Found = TypeVar("Found")


@app.callback(invoke_without_command=True)
def controls(context: typer.Context) -> None:
    """Each declared control: what it stands at now, and what is missing to pull it."""
    if context.invoked_subcommand is not None:
        return
    from stanch import inventory

    stands = sorted(_asked(lambda planes, known: inventory.take(planes, known, SECONDS)), key=lambda one: one.service)
    named = [(one.service, one.control.id, one.aim.plane) for one in stands]
    widths = [max(map(len, column)) for column in zip(*named, strict=True)]
    for names, one in zip(named, stands, strict=True):
        told = "; ".join(filter(None, (f"now {one.now}" if one.now else "", one.missing)))
        typer.echo("  ".join([*(name.ljust(width) for name, width in zip(names, widths, strict=True)), told]))
    missing = sum(bool(one.missing) for one in stands)
    typer.echo(f"{len(stands)} declared, " + (f"{missing} of them not ready." if missing else "nothing is missing."))
    if missing:
        raise typer.Exit(1)


@app.command()
def discover(plane: Annotated[str, typer.Argument(help="Its id in runbooks/catalogue/controls.yml.")]) -> None:
    """What a control plane has, as YAML for controls.yml. Pick what fits, then `stanch check`."""
    from stanch import inventory
    from stanch.controls.base import Found, PlaneFault
    from stanch.core.control import Aim, Values

    async def ask(planes: "Planes", known: "Catalogue") -> tuple[list[Found], "Catalogue"]:
        if plane not in known.planes:
            raise StanchError(f"There is no control plane {plane}. Choose {', '.join(known.planes) or 'none'}.")
        adapter = planes.of(Aim(plane, {}, Values()))
        return inventory.patient(await adapter.found(), adapter, plane, known), known

    try:
        found, known = _asked(ask)
    except PlaneFault as fault:
        typer.echo(f"stanch: {fault}", err=True)
        raise typer.Exit(1) from None
    if not found:
        typer.echo(f"stanch: {plane} has nothing that could be moved.", err=True)
        raise typer.Exit(1)
    typer.echo(
        f"# What {plane} ({known.planes[plane].kind}) has. One choice a control and service; the others are comments.\n"
        "# Of a control that you have, paste only the services, below its `for:`; then run `stanch check`."
    )
    typer.echo(inventory.written(found, plane, known))


def _asked(ask: "Callable[[Planes, Catalogue], Awaitable[Found]]") -> Found:
    from stanch import production, settings
    from stanch.controls.adapters import ADAPTERS
    from stanch.controls.base import Planes

    given = settings.read()
    known = production.read(given.home)

    async def run() -> Found:
        async with Planes(known, given.environment, ADAPTERS) as planes:
            return await ask(planes, known)

    return asyncio.run(run())
