"""Secrets go, facts stay: a golden corpus of dirty and clean lines, and what must hold for any text.

In the corpus of dirty lines `~` stands inside each made-up secret, so that no scanner takes the file for a leak; it is
removed before use.
"""

import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from stanch.core.redact import redact

FIXTURES = Path(__file__).parents[1] / "fixtures" / "redaction"
DIRTY = [json.loads(line) for line in (FIXTURES / "dirty.jsonl").read_text(encoding="utf-8").splitlines()]
CLEAN = (FIXTURES / "clean.txt").read_text(encoding="utf-8").splitlines()

# Pieces from which hypothesis builds text: marks, separators, and things that look alike.
PIECES = [
    "password", "pwd", "api_key", "secret", "token", "=", ":", ": ", '"', "'", " ", "-", "@", "://", "/", ".", "\n",
    "Bearer ", "Authorization: Basic ", "xoxb-", "xapp-1-", "sk-", "eyJ", "AKIA", "ghp_", "AIza", "https", "redis",
    "hooks.slack.com/services/", "-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----", "4111111111111111",
    "DE89370400440532013000", "+49 30 123456", "a@example.com", "[redacted: password]", "[redacted", "]", "1234",
    "abcd1234", "ABCDEFGH12345678", "hunter2", "é", "🔥",
]  # fmt: skip
ANY_TEXT = st.text(max_size=200) | st.lists(st.sampled_from(PIECES), max_size=25).map("".join)


@pytest.mark.parametrize("line", DIRTY, ids=lambda line: line["given"][:40])
def test_dirty_lines_are_cleaned_as_expected(line: dict) -> None:
    """Each secret is replaced by what it was, and nothing around it changes."""
    assert redact(line["given"].replace("~", ""), personal=line.get("personal", False)) == line["expected"]


def test_clean_lines_stay_as_they_are() -> None:
    """Hashes, ids, versions, figures, URLs and prose of incidents are not altered, personal data asked for or not."""
    assert len(CLEAN) >= 200
    assert len(set(CLEAN)) == len(CLEAN)
    assert [redact(line) for line in CLEAN] == CLEAN
    assert [redact(line, personal=True) for line in CLEAN] == CLEAN


def test_personal_data_stays_unless_asked_for() -> None:
    """An e-mail address, an IBAN and a phone number are no secrets; a card number always goes."""
    text = "ann@example.com, DE89 3704 0044 0532 0130 00, +49 30 901820, 4111 1111 1111 1111"
    assert redact(text) == text.replace("4111 1111 1111 1111", "[redacted: card number]")
    assert redact(text, personal=True) == (
        "[redacted: e-mail], [redacted: IBAN], [redacted: phone number], [redacted: card number]"
    )


@given(ANY_TEXT, st.booleans())
@settings(max_examples=300, deadline=None)
def test_twice_is_once(text: str, personal: bool) -> None:
    """Redacting what was redacted changes nothing more."""
    once = redact(text, personal)
    assert redact(once, personal) == once


@given(ANY_TEXT, st.booleans())
@settings(max_examples=300, deadline=None)
def test_text_does_not_swell(text: str, personal: bool) -> None:
    """What is put in is never more than three times what was there, so limits hold."""
    assert len(redact(text, personal)) <= 3 * len(text)


@pytest.mark.parametrize(
    "piece",
    ["a", "eyJ", "sk-", "eyJaaaaaaaa.", "password=", "token: ", "bearer ", "x@", "a.", "1", "4111 ", "DE89 ", "+1 ", "://",
     "http://a:", "[redacted: ", "-----BEGIN PRIVATE KEY-----", "authorization: ", "\"", "xoxb-", "--a", " "],
)  # fmt: skip
def test_time_grows_with_length_and_no_faster(piece: str) -> None:
    """No text makes a pattern backtrack its way to a standstill: 40,000 characters take no minutes."""
    text = piece * (40_000 // len(piece))
    began = time.process_time()
    redact(text, personal=True)
    assert time.process_time() - began < 3
