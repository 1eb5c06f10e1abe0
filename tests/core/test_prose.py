"""What an update is warned of: each kind whole, and nothing where the words are good."""

from datetime import UTC, datetime, timedelta

import pytest

from stanch.core.prose import promised, warnings, without_next

GOOD = "Users see wrong refund answers since 13:51 UTC. The prompt is back. Next update at 14:20 UTC."
END = "say when the next word comes."
GUESS = "say what is known, or that it is not known yet."
NAMED = "say what the system did."
SMALL = "say how many, and how that was counted."


def test_good_words_are_let_through() -> None:
    """Facts, what users see and when the next word comes: nothing to look at, inside or outside."""
    assert warnings(GOOD) == ()
    assert warnings(GOOD, public=True, names=("@alice", "bob")) == ()


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("It is probably the prompt.", "probably"),
        ("Maybe a deploy, we think.", "maybe, we think"),
        ("It MIGHT BE the cache.", "might be"),
        ("It seems better.", "seems"),
        ("Most likely the index.", "likely"),
        ("The root cause is the model.", "root cause"),
        ("A guess: the gateway.", "guess"),
    ],
)
def test_a_guess_is_named(words: str, found: str) -> None:
    """Words of speculation, however they are written, each with the word that gave it away."""
    assert warnings(f"{GOOD} {words}") == (f"It guesses ({found}): {GUESS}",)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("A mistake by the night shift.", "mistake by"),
        ("It was Dave’s fault.", "'s fault, dave"),
        ("@bob rolls it back.", "bob"),
        ("Ask @erin for more.", "@erin"),
        ("<@U0BOB> rolls it back.", "<@"),
        ("<!channel> look.", "<!"),
        ("bob rolls it back.", "bob"),
        ("Somebody forgot to deploy it.", "forgot to, somebody forgot"),
    ],
)
def test_a_name_or_blame_is_named(words: str, found: str) -> None:
    """Who takes part, a mention, or somebody's fault; the system acts in an update, nobody does."""
    said = warnings(f"{GOOD} {words}", names=("@bob", "dave"))
    assert said == (f"It names or blames somebody ({found}): {NAMED}",)


def test_inside_it_is_said_who_commands() -> None:
    """The commander may be named where the first notice names them, with or without the sign; others may not."""
    assert warnings(f"{GOOD} alice commands.", names=("@bob",), may_name="@alice") == ()
    assert warnings(f"{GOOD} @alice commands.", names=("@bob",), may_name="@alice") == ()
    assert warnings(f"{GOOD} @alice and bob.", names=("@bob",), may_name="@alice") == (
        f"It names or blames somebody (bob): {NAMED}",
    )


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("Only a few.", "only"), ("Just the EU.", "just"), ("A minor thing.", "minor"),
        ("As far as we know nobody was hit.", "as far as we know"), ("A small number of users.", "small number"),
        ("Answers are a bit wrong.", "a bit"),
    ],
)  # fmt: skip
def test_what_makes_it_small_is_named(words: str, found: str) -> None:
    """The words that never stand in an update."""
    assert warnings(f"{GOOD} {words}") == (f"It makes the harm small ({found}): {SMALL}",)


@pytest.mark.parametrize(
    "promise",
    [
        "will be fixed by 15:00", "should be back in an hour", "expect it to be resolved within the hour", "ETA",
        "soon", "back by noon", "fixed within 20 minutes", "any minute now", "will be over tomorrow",
    ],
)  # fmt: skip
def test_a_promised_end_is_named(promise: str) -> None:
    """A time at which it is over, in whatever words."""
    [said] = warnings(f"{GOOD} We {promise}.")
    assert said.startswith("It promises an end (")
    assert said.endswith(f"): {END}")


@pytest.mark.parametrize(
    "words",
    [
        "Next word as soon as there is news.", "The justice service works.", "Lonely answers.",
        "It is back since 14:09.", "We will update again at 15:00.", "The minority report.",
        "Bobsleigh questions get answers.",
    ],
)  # fmt: skip
def test_words_within_words_are_none(words: str) -> None:
    """A part of another word, a time in the past and the time of the next update are nothing to warn of."""
    assert warnings(f"{GOOD} {words}", names=("bob",)) == ()


def test_what_is_missing_is_named() -> None:
    """What users see, and when the next word comes; last words, and a message that adds the time, need none."""
    assert warnings("We put it back.") == (
        "It does not say what users see.",
        "It does not say when the next word comes.",
    )
    assert warnings("We put it back.", next_said=True) == ("It does not say what users see.",)
    assert warnings("Resolved.", over=True) == ()


def test_users_read_no_words_of_the_house() -> None:
    """Numbers of incidents and severities mean something to us alone."""
    for inside in ("INC-42", "SEV1", "sev 2"):
        assert warnings(f"{GOOD} See {inside}.", public=True) == (f"Users do not know what {inside} is.",)
        assert warnings(f"{GOOD} See {inside}.") == ()


def test_users_are_told_of_a_provider_not_of_which() -> None:
    """A company's name is blame in public; people inside may read it."""
    told = f"{GOOD} This is due to OpenAI."
    assert warnings(told, public=True) == (
        "It names a company (OpenAI): say *a provider*, and only once that is confirmed.",
    )
    assert warnings(told) == ()


@pytest.mark.parametrize(
    "line", ["Next word at 20:23 UTC.", "Next update by 22 Nov, 9:05 UTC", "Next word as soon as there is news."]
)
def test_the_line_of_the_next_word_comes_off(line: str) -> None:
    """Where it is a line of its own; within other words, and where nothing else is said, the words stay."""
    assert without_next(f"It is contained.\n{line}\nThank you.") == "It is contained.\nThank you."
    assert without_next(f"It is contained.\n{line}") == "It is contained."
    assert without_next(f"It is contained. {line}") == f"It is contained. {line}"
    assert without_next(line) == line


def test_everything_at_once_is_one_line_each() -> None:
    """Several things of a kind stand in one sentence, in the order in which they matter."""
    assert warnings("Probably just Bob, maybe fixed soon", names=("bob",)) == (
        f"It guesses (probably, maybe): {GUESS}",
        f"It names or blames somebody (bob): {NAMED}",
        f"It makes the harm small (just): {SMALL}",
        f"It promises an end (soon): {END}",
        "It does not say what users see.",
        "It does not say when the next word comes.",
    )


def test_a_long_text_is_looked_through_at_once() -> None:
    """The form's 3,000 characters of anything are no trouble, and neither is a hostile name."""
    assert warnings("a will " * 430, names=("(", "[a-z", "")) != ()


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("Next update at 00:10 UTC.", 20), ("Next word by 23:40 UTC.", -10), ("We say more again at 00:00 UTC.", 10),
        ("Since 23:20 UTC answers are wrong. Next update will come by 0:05 UTC.", 15), ("Since 23:20 UTC.", None),
        ("Next update at 23 Nov, 09:00 UTC.", None), ("Next update in an hour.", None),
        ("Next update at 25:99 UTC.", None),
    ],
)  # fmt: skip
def test_what_a_text_promises_is_the_nearest_such_moment(text: str, minutes: int | None) -> None:
    """Past midnight too; a time that is no promise, and a promise without a time or of another day, are none."""
    said_at = datetime(2026, 11, 22, 23, 50, tzinfo=UTC)
    assert promised(text, said_at) == (None if minutes is None else said_at + timedelta(minutes=minutes))
