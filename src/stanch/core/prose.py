"""What an update should not say, and what it should: looked for in the words, told to the writer, never forbidden.

English only. A warning costs a second of the writer's time, so a word is listed only where it is nearly always wrong in
an update (catalogue, section 3).
"""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

SPECULATION: Final = (
    "probably", "maybe", "perhaps", "might be", "may be due", "could be", "we think", "we believe", "we suspect",
    "i think", "i guess", "seems", "seem to", "appears to", "apparently", "likely", "presumably", "guess", "hopefully",
    "root cause",
)  # fmt: skip
BLAME: Final = (
    "mistake by", "fault of", "fault by", "'s fault", "'s mistake", "blame", "careless", "human error", "forgot to",
    "someone forgot", "somebody forgot", "should have known", "operator error", "screwed up", "messed up",
)  # fmt: skip
SMALL: Final = (
    "only", "just", "minor", "small number", "simply", "merely", "as far as we know", "a bit", "a little", "slightly",
    "somewhat",
)  # fmt: skip
"""Words that make the harm small: to whoever is hit it is not (catalogue: never in an update)."""
PROVIDERS: Final = (
    "OpenAI", "ChatGPT", "Anthropic", "Claude", "Google", "Gemini", "Vertex AI", "Azure", "Microsoft", "AWS", "Amazon",
    "Bedrock", "Mistral", "Cohere", "DeepSeek", "xAI", "Grok", "Groq", "Hugging Face", "OpenRouter", "Cloudflare",
)  # fmt: skip
"""Whom users need not know: that it is a provider is enough, and only once it is confirmed."""
_ENDED = "(?:fixed|resolved|solved|back|restored|over|done|working)"
PROMISES: Final = (
    rf"(?:will|should|expect(?:ed)?|hope|aim|going) (?:\w+ ){{0,3}}?(?:be )?{_ENDED} (?:\w+ ){{0,2}}?"
    r"(?:by|in|within|at|before|until|tonight|tomorrow|today|soon|shortly)\b",
    rf"\b{_ENDED} (?:\w+ )?(?:by|within|in) (?:\w+ )?(?:\d|an? |noon|midnight|tonight|tomorrow)",
    r"\beta\b",
    r"\b(?<!as )(?:soon|shortly)\b",
    r"\bany (?:minute|moment) now\b",
)
SEEN: Final = (
    "users", "user", "customers", "customer", "people", "answers", "answer", "requests", "request", "replies",
    "everyone", "feature", "features", "service", "assistant", "search", "chat", "nobody", "visitors", "accounts",
    "documents", "works", "answering", "as usual", "limits",
)  # fmt: skip
"""One of these stands where an update says what users see."""
NEXT: Final = (
    r"\bnext (?:update|word|news)\b",
    r"\b(?:update|word) (?:again )?(?:at|by|in|within|every)\b",
    r"\bagain (?:at|by|in|within)\b",
    r"\blast update\b",
    r"\bno further update",
    r"\bupdates? (?:follow|come)",
)
NEXT_ALONE: Final = re.compile(
    r"(?:^|\n)[ \t]*next (?:word|update) (?:(?:at|by) (?:\d{1,2} \w{3}, )?\d{1,2}:\d\d UTC|as soon as there is news)\.?"
    r"[ \t]*(?=\n|$)",
    re.IGNORECASE,
)
"""A line of its own that says when the next word comes, as the templates write it."""
PROMISED: Final = re.compile(
    r"\b(?:next (?:word|update)|again)\b(?:\s+\w+){0,4}?\s+(?:at|by)\s+(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d)"
    r" UTC",
    re.IGNORECASE,
)
MENTION: Final = re.compile(r"<[@!#]|(?<![\w@])@[\w.-]{2,}")


def warnings(
    text: str,
    *,
    public: bool = False,
    names: Iterable[str] = (),
    may_name: str = "",
    over: bool = False,
    next_said: bool = False,
) -> tuple[str, ...]:
    """Each thing that the writer should look at once more, as one sentence of plain text; none for good words.

    `public`: users read it. `names`: what people who take part are called, with or without `@`; `may_name`: who may be
    named, as people inside are told who commands. `over`: these are the
    last words. `next_said`: the message says by itself when the next word comes.
    """
    plain = " ".join(text.replace("’", "'").split())
    said = []
    if guessed := _found(plain, SPECULATION):
        said.append(f"It guesses ({_listed(guessed)}): say what is known, or that it is not known yet.")
    if blamed := (*_found(plain, BLAME), *_people(plain, names, may_name)):
        said.append(f"It names or blames somebody ({_listed(blamed)}): say what the system did.")
    if small := _found(plain, SMALL):
        said.append(f"It makes the harm small ({_listed(small)}): say how many, and how that was counted.")
    if promised := _matched(plain, PROMISES):
        said.append(f"It promises an end ({_listed(promised)}): say when the next word comes.")
    if not (over or _found(plain, SEEN)):
        said.append("It does not say what users see.")
    if not (over or next_said or _matched(plain, NEXT)):
        said.append("It does not say when the next word comes.")
    if public and (named := _found(plain, PROVIDERS)):
        said.append(f"It names a company ({_listed(named)}): say *a provider*, and only once that is confirmed.")
    if public and (inside := INSIDE.search(plain)):
        said.append(f"Users do not know what {inside[0]} is.")
    return tuple(said)


def without_next(text: str) -> str:
    """The text without the line that says when the next word comes; as it is where nothing else would be left."""
    return NEXT_ALONE.sub("", text).strip() or text


def promised(text: str, said_at: datetime) -> datetime | None:
    """When the next word comes, by the text's own words: the moment nearest to `said_at` (UTC); None: it names none, or
    names the day too."""
    found = PROMISED.search(text)
    if not found:
        return None
    named = said_at.replace(hour=int(found["hour"]), minute=int(found["minute"]), second=0, microsecond=0)
    return min((named + timedelta(days=days) for days in (-1, 0, 1)), key=lambda one: abs(one - said_at))


INSIDE: Final = re.compile(r"\b(?:INC-\d+|SEV ?[1-4])\b", re.IGNORECASE)


def _found(text: str, words: Iterable[str]) -> tuple[str, ...]:
    """Those of the words that stand in the text, as whole words."""
    return tuple(one for one in words if _stands(text, one))


def _stands(text: str, word: str) -> bool:
    begins = "" if word.startswith("'") else r"(?<!\w)"
    return re.search(rf"{begins}{re.escape(word)}(?!\w)", text, re.IGNORECASE) is not None


def _matched(text: str, patterns: Iterable[str]) -> tuple[str, ...]:
    return tuple(found[0] for one in patterns if (found := re.search(one, text, re.IGNORECASE)))[:1]


def _people(text: str, names: Iterable[str], but: str) -> tuple[str, ...]:
    mentioned = [one for one in MENTION.findall(text) if one.lstrip("@").casefold() != but.lstrip("@").casefold()]
    called = [one.lstrip("@") for one in names]
    known = [one for one in called if one and _stands(text, one)]
    return tuple(dict.fromkeys([*(one for one in mentioned if one.lstrip("@") not in known), *known]))


def _listed(words: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(words))
