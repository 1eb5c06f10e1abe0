"""Trouble that every real server can be in."""

import pytest

from stanch.controls.base import PlaneFault, Planes
from stanch.core.control import Aim, Value
from tests.planes.servers.process import Server


async def killed_between(server: Server, driven: Planes, aim: Aim, there: Value, back: Value) -> None:
    """It is pulled, and the server is gone when it is to be put back: nothing was sent; up again, it is put back."""
    plane = driven.of(aim)
    reading = await plane.read(aim)
    await plane.apply(aim, there, detail={}, request_id="r", by="U1")
    server.kill()
    with pytest.raises(PlaneFault, match=r"could not be reached: is it up\?") as caught:
        await plane.apply(aim, back, detail=reading.detail, request_id="r", by="U1")
    assert not caught.value.sent
    server.mend()
    await plane.apply(aim, back, detail=reading.detail, request_id="r", by="U1")
