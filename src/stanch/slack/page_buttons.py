"""What is one click away below a message about the status page."""

from stanch.slack import blocks as b
from stanch.slack.blocks import Block


def page_buttons(kind: str, value: str) -> list[Block]:
    """What is one click away below a message about event `kind`; `value` is `N:…`."""
    resolve = b.button("Resolve the page", "page:resolve", value, style="primary")
    settle = b.button("It is resolved there", "page:settle", value)
    match kind:
        case "page_failed":
            return [b.button("Try again", "page:retry", value, style="primary")]
        case "page_reads_resolved":
            return [b.button("Draft update", "say_update", value, style="primary")]
        case "page_held" | "page_open" | "page_left_open":
            return [resolve, settle]
    return []
