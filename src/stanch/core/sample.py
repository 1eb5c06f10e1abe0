"""What a sample of judged answers can prove."""

from math import exp, lgamma, log, log1p

WORTH_JUDGING = 20
"""Fewer judged answers than this prove nothing worth acting on (catalogue, section 5)."""
CHANCE = 0.05
"""One-sided: one time in twenty the truth lies beyond the bound."""


def at_most(judged: int, bad: int) -> float:
    """The largest share of bad answers (0 to 1) that `bad` of `judged` still allows: 95 %, one-sided, exact.

    The Clopper-Pearson bound, found by halving; 1.0 when nothing was judged.
    """
    if judged <= 0 or bad >= judged:
        return 1.0
    low, high = bad / judged, 1.0
    for _ in range(50):
        share = (low + high) / 2
        if _up_to(bad, judged, share) > CHANCE:
            low = share
        else:
            high = share
    return high


def at_least(judged: int, bad: int) -> float:
    """The smallest share of bad answers that the same sample allows."""
    return 1.0 - at_most(judged, judged - bad)


def percent(share: float) -> str:
    """`22 %`: the share (0 to 1) in whole points."""
    return f"{share * 100:.0f} %"


def _up_to(k: int, n: int, p: float) -> float:
    """The chance of at most k of n, each with chance p: the regularised incomplete beta function I(1-p; n-k, k+1)."""
    a, b, x = n - k, k + 1, 1.0 - p
    if x <= 0.0 or x >= 1.0:
        return float(x >= 1.0)
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x))
    if x < (a + 1) / (a + b + 2):
        return front * _fraction(a, b, x) / a
    return 1.0 - front * _fraction(b, a, 1.0 - x) / b


def _fraction(a: float, b: float, x: float) -> float:
    """The continued fraction of the incomplete beta function (DLMF 8.17.22), by Lentz's method."""
    tiny = 1e-300
    c, d = 1.0, 1.0 - (a + b) * x / (a + 1)
    d = 1.0 / (d if abs(d) > tiny else tiny)
    value = d
    for m in range(1, 500):
        for step in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1.0 + step * d
            d = 1.0 / (d if abs(d) > tiny else tiny)
            c = 1.0 + step / c
            c = c if abs(c) > tiny else tiny
            value *= d * c
        if abs(d * c - 1.0) < 1e-12:
            break
    return value
