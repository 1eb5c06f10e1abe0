"""A figure held against its bounds."""

from collections.abc import Callable

from stanch.controls.hows import Bounds
from stanch.core.check import Verdict


def judged(bounds: Bounds, found: float, usual: float | None, show: Callable[[float], str]) -> tuple[Verdict, str]:
    """Whether it is within, and the bounds in words: `at most 1 %`. Unknown: it needs the usual, and there is none."""
    over, under = [bounds.at_most], [bounds.at_least]
    needs_usual = False
    for amount, sides in (
        (bounds.times_usual, (lambda u, x: u * x, None)),
        (bounds.over_usual, (lambda u, x: u + x, None)),
        (bounds.under_usual, (None, lambda u, x: u - x)),
        (bounds.within_usual, (lambda u, x: u * (1 + x), lambda u, x: u * (1 - x))),
    ):
        if amount is None:
            continue
        needs_usual = True
        for side, rule in zip((over, under), sides, strict=True):
            if rule is not None and usual is not None:
                side.append(rule(usual, amount))
    high = max((bound for bound in over if bound is not None), default=None)
    low = min((bound for bound in under if bound is not None), default=None)
    words = [f"at most {show(high)}"] if high is not None else []
    words += [f"at least {show(low)}"] if low is not None else []
    words += [f"usually {show(usual)}" if usual is not None else "the usual is not known"] if needs_usual else []
    if (high is None or found <= high) and (low is None or found >= low) and (high is not None or low is not None):
        verdict: Verdict = "unknown" if needs_usual and usual is None and not _by_itself(bounds) else "green"
    else:
        verdict = "unknown" if needs_usual and usual is None else "red"
    return verdict, ", ".join(words)


def _by_itself(bounds: Bounds) -> bool:
    """Each side that is asked for has a bound that needs no usual."""
    high = bounds.times_usual is not None or bounds.over_usual is not None or bounds.within_usual is not None
    low = bounds.under_usual is not None or bounds.within_usual is not None
    return (not high or bounds.at_most is not None) and (not low or bounds.at_least is not None)
