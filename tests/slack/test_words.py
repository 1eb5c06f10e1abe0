"""Text as Slack sends it, read back as what was typed; and what may be sent."""

import pytest
from hypothesis import given, strategies as st

from stanch.core.words import Mrkdwn, escape
from stanch.slack.blocks import safe
from stanch.slack.words import plain
from tests.fakes.world import called


@given(
    st.text()
    | st.lists(st.sampled_from(["<", ">", "&", "lt;", "gt;", "amp;", "@U0BOB", "!channel", "#", "|", "x"])).map("".join)
)
def test_what_is_escaped_is_read_back(text: str) -> None:
    """Whatever was typed, also what looks like a mention or an entity, comes back as it was."""
    assert plain(escape(text), called) == text


@given(st.text())
def test_escaping_leaves_nothing_that_slack_reads(text: str) -> None:
    """No mention, link or special command is left in escaped text, and escaping twice is escaping once."""
    escaped = escape(text)
    assert "<" not in escaped
    assert ">" not in escaped
    assert escape(escaped) == escaped


@pytest.mark.parametrize(
    ("sent", "typed"),
    [
        ("<@U0BOB|bob> did", "@bob did"), ("<@U0BOB> did", "@bob did"), ("<@U0NEW> did", "U0NEW did"),
        ("<#C1|general>", "#general"), ("<#C1|>", "#C1"), ("<https://a.example/?x=1&amp;y=2>", "https://a.example/?x=1&y=2"),
        ("<https://a.example|a>", "https://a.example"), ("<mailto:a@b.example|a@b.example>", "a@b.example"),
        ("<!channel>", "@channel"), ("<!here>", "@here"), ("<!subteam^S1|@oncall>", "@oncall"),
        ("&lt;!channel&gt; &amp;amp;", "<!channel> &amp;"),
    ],
)  # fmt: skip
def test_slacks_own_marks_become_words(sent: str, typed: str) -> None:
    """Mentions become names that ping nobody, links their address, groups their name."""
    assert plain(sent, called) == typed


@given(st.text(max_size=60) | st.text("&<>x ", max_size=60), st.integers(10, 50))
def test_safe_text_is_short_enough_and_whole(text: str, limit: int) -> None:
    """At most so many characters after escaping, and no entity is cut in half."""
    out = safe(text, limit)
    assert len(out) <= limit
    assert plain(out, called).rstrip("…") == text[: len(plain(out, called).rstrip("…"))]


@pytest.mark.parametrize("text", ["&" * 500, "<" * 500, "a & b " * 100, "<@U0BOB> " * 60])
def test_safe_text_keeps_what_fits(text: str) -> None:
    """Cut text uses the room that there is: most of the limit, not a lone ellipsis."""
    assert len(safe(text, 200)) > 120


def test_our_own_marks_are_not_escaped() -> None:
    """What we made ourselves is sent as it is."""
    assert escape(Mrkdwn("<@U0BOB>")) == "<@U0BOB>"
