"""Where Slack wants a rest, the most severe and newest go next, one a second, and nobody tries in vain."""

from stanch.slack.queues import Queues


class Moment:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def queues() -> tuple[Queues, Moment]:
    moment = Moment()
    return Queues(clock=moment), moment


def test_while_it_rests_each_gets_the_moment_of_its_place() -> None:
    """Three wait for a channel that rests for a second: the best of them a second, the others one more each."""
    line, _ = queues()
    assert line.wait("C1", "a", 1.0, 1.0) == 1.0
    assert line.wait("C1", "b", 2.0, 1.0) == 2.0
    assert line.wait("C1", "c", 3.0, 1.0) == 3.0
    assert line.wait("C2", "d", 9.0, 0.0) == 0.0, "another channel"


def test_what_is_worse_goes_before_what_waits_longer() -> None:
    """It comes later and is more severe: it is next, and what comes too early steps back for it."""
    line, moment = queues()
    line.wait("C1", "minor", 5.0, 1.0)
    assert line.wait("C1", "severe", 1.0, 1.0) == 1.0
    moment.now += 1.1
    assert line.wait("C1", "minor", 5.0, -0.1) == 1.0
    assert line.wait("C1", "severe", 1.0, -0.1) == 0.0
    assert line.wait("C1", "minor", 5.0, -0.1) == 0.0


def test_who_does_not_come_holds_nobody_up() -> None:
    """Another replica sent it: after its turn and a little patience its place is gone."""
    line, moment = queues()
    line.wait("C1", "gone", 1.0, 1.0)
    moment.now += 3.1
    assert not line.waits("C1")
    assert line.wait("C1", "minor", 5.0, -2.1) == 0.0
