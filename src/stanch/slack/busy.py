"""How much was taken in and is not answered yet."""

import asyncio


class Busy:
    """`with busy:` around each piece of work; `over` waits until there is none."""

    def __init__(self) -> None:
        self._count = 0
        self._none = asyncio.Event()
        self._none.set()

    def __enter__(self) -> None:
        self._count += 1
        self._none.clear()

    def __exit__(self, *_: object) -> None:
        self._count -= 1
        if self._count == 0:
            self._none.set()

    async def over(self, patience: float) -> bool:
        """Whether all of it has ended within `patience` seconds."""
        try:
            async with asyncio.timeout(patience):
                await self._none.wait()
        except TimeoutError:
            return False
        return True
