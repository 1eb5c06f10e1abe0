"""An answer read as what it must be, and a list that comes in pages."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from stanch.controls.answer import Answer

Read = TypeVar("Read", bound=BaseModel)
One = TypeVar("One")


def shaped(answer: Answer, shape: type[Read]) -> Read:
    """Raises `PlaneFault` for what is no JSON, or JSON of another API; what `shape` does not name is left out."""
    try:
        return shape.model_validate(answer.json())
    except ValidationError:
        raise answer.fault(f"{answer.plane} answered in another shape than expected.", permanent=True) from None


async def by_offset(page: Callable[[int], Awaitable[Sequence[One]]], size: int, most: int) -> list[One]:
    """All of a list, about `most` at the most; `page` asks for the `size` entries from an offset on."""
    found = list[One]()
    while len(found) < most:
        more = await page(len(found))
        found += more
        if len(more) < size:
            break
    return found
