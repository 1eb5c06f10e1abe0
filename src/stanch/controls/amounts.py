"""Figures as people read them."""

from typing import Final

WORDS: Final = {
    "error_share": "errors",
    "timeout_share": "timeouts",
    "p95_ms": "p95",
    "spend_per_hour": "spend",
    "refused_share": "refusals",
    "dont_know_share": "“I don't know”",
    "grounded_share": "grounded",
    "empty_share": "empty searches",
    "flagged_share": "flagged",
    "foreign_share": "foreign documents",
    "limited_share": "limited",
    "queue_wait_ms": "queue wait",
}


def word(figure: str) -> str:
    """`error_share` → `errors`."""
    return WORDS.get(figure, figure.removesuffix("_share").removesuffix("_ms").replace("_", " "))


def amount(figure: str, value: float) -> str:
    """`8.4 %` for a share (0 to 1), `820 ms`, `210 USD an hour`, else the number."""
    if figure.endswith("_share"):
        return percent(value)
    if figure.endswith("_ms"):
        return f"{value:.0f} ms"
    return f"{number(value)} USD an hour" if figure.endswith("_per_hour") else number(value)


def percent(share: float) -> str:
    return f"{number(100 * share)} %"


def number(value: float) -> str:
    """Three digits that count: `8.4`, `0.0512`, `1`, `1840`."""
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"
