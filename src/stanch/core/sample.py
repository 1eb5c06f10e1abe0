"""What a sample of judged answers can prove."""

from math import comb

WORTH_JUDGING = 20
"""Fewer judged answers than this prove nothing worth acting on (catalogue, section 5)."""


def at_most(judged: int, bad: int) -> float:
    """The largest share of bad answers (0 to 1) that `bad` of `judged` still allows: 95 %, one-sided, exact.

    The Clopper-Pearson bound, found by halving; 1.0 when nothing was judged.
    """
    if judged <= 0 or bad >= judged:
        return 1.0
    low, high = bad / judged, 1.0
    for _ in range(50):
        share = (low + high) / 2
        if sum(comb(judged, k) * share**k * (1 - share) ** (judged - k) for k in range(bad + 1)) > 0.05:
            low = share
        else:
            high = share
    return high


def at_least(judged: int, bad: int) -> float:
    """The smallest share of bad answers that the same sample allows."""
    return 1.0 - at_most(judged, judged - bad)
