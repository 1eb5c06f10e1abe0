"""A clock that stands still until it is moved."""

from datetime import datetime, timedelta

from tests.fakes.world import NOW


class Clock:
    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def move(self, by: timedelta) -> None:
        self.now += by
