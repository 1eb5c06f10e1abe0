"""Take secrets, and on request personal data, out of text before it is stored.

Own patterns rather than a library, because no clean line of an incident may change: a pattern only looks for what
carries its own mark (a prefix, a checksum, a key before it), and a bare hash stays. Every repetition is bounded or
starts at one place only, so that the time grows with the length of the text and no faster.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final


def redact(text: str, personal: bool = False) -> str:
    """Return `text` with secrets and card numbers replaced by what they were, as in `[redacted: Slack token]`.

    With `personal`, e-mail addresses, IBANs and international phone numbers go too. Redacting twice changes no more.
    """
    for rule in (*_MARKED, *(_PERSONAL if personal else ()), *_ASSIGNED):
        text = rule.apply(text)
    return text


@dataclass(frozen=True, slots=True)
class _Rule:
    """Replaces the group `secret` of each match (the whole match if there is none) for which `meant` holds."""

    what: str
    pattern: re.Pattern[str]
    meant: Callable[[str], bool] = bool

    def apply(self, text: str) -> str:
        return self.pattern.sub(self._replace, text)

    def _replace(self, match: re.Match[str]) -> str:
        whole, start = match.group(), match.start()
        begin, end = match.span("secret" if "secret" in self.pattern.groupindex else 0)
        found = whole[begin - start : end - start]
        if not self.meant(found):
            return whole
        return f"{whole[: begin - start]}[redacted: {self.what}]{whole[end - start :]}"


def _mixed(value: str) -> bool:
    """Has a digit and a letter: prose after a mark such as `sk-` or `Bearer` has no digit."""
    return any(c.isdigit() for c in value) and any(c.isalpha() for c in value)


_DONE = re.compile(r"\[redacted: [^\]\n]{1,40}\]")
_NOT_A_VALUE: Final = frozenset(
    "absent always and any are bool boolean bytes changed correct denied disabled empty enabled expired failed "
    "false from have incorrect invalid is leaked lost mandatory missing must needs never nil none not null "
    "optional redacted rejected required reset revoked rotated rotation secret see should shown str string the "
    "true undefined unknown unset used valid was were will with wrong".split()
)
"""Words that follow `password:` in prose, in code and in configuration."""


def _value(value: str) -> bool:
    """Is a real value: not a word of prose, a placeholder, a reference to a variable, or redacted before."""
    bare = value.strip("\"'")
    return (
        len(bare) >= 4
        and not _DONE.fullmatch(bare)
        and bare.lower().rstrip(".!?:") not in _NOT_A_VALUE
        and not bare.startswith(("$", "{", "%", "/", "os.", "process.env", "env.", "settings."))
        and any(c.isalnum() for c in bare)
    )


def _token(value: str) -> bool:
    return _value(value) and len(value) >= 8 and (_mixed(_DONE.sub("", value)))


def _luhn(value: str) -> bool:
    digits = [int(c) for c in value if c.isdigit()]
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[-2::-2])
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _iban(value: str) -> bool:
    compact = value.replace(" ", "")
    return int("".join(str(int(c, 36)) for c in compact[4:] + compact[:4])) % 97 == 1


def _phone(value: str) -> bool:
    return 8 <= sum(c.isdigit() for c in value) <= 15


_ALONE = r"(?<![A-Za-z0-9_])"
_QUOTED_OR_BARE = (
    r"""(?P<secret>"[^"\n]{1,500}"|'[^'\n]{1,500}'"""
    r"""|(?:\[redacted: [^\]\n]{1,40}\]|[^\s"'`,;&<>|()\[\]{}])+)"""
)
_EQUALS = r"""["']?[ \t]{0,3}(?::=?|={1,2}>?)[ \t]{0,3}"""

_MARKED: Final = (
    _Rule(
        "private key",
        re.compile(
            r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
            r"(?:.*?-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----|.*)",
            re.DOTALL,
        ),
    ),
    _Rule("Slack token", re.compile(_ALONE + r"(?:xox[a-z]\.)?xox[a-z]-[A-Za-z0-9-]{8,}"), _mixed),
    _Rule("Slack token", re.compile(_ALONE + r"xapp-\d-[A-Za-z0-9-]{8,}"), _mixed),
    _Rule(
        "Slack webhook",
        re.compile(
            r"hooks\.slack\.com/(?:services|workflows|triggers|commands|actions|app)/(?P<secret>[A-Za-z0-9/_-]{12,})"
        ),
    ),
    _Rule("AWS key", re.compile(_ALONE + r"(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])")),
    _Rule("GitHub token", re.compile(_ALONE + r"(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{22,})")),
    _Rule("GitLab token", re.compile(_ALONE + r"gl(?:pat|dt|rt|cbt)-[A-Za-z0-9_-]{20,}"), _mixed),
    _Rule("API key", re.compile(r"(?<![A-Za-z0-9_-])sk-[A-Za-z0-9_-]{20,}"), _mixed),
    _Rule("API key", re.compile(_ALONE + r"[sr]k_(?:live|test)_[A-Za-z0-9]{16,}")),
    _Rule("API key", re.compile(_ALONE + r"(?:hf|gsk|npm|pypi|dop_v1|r8)[_-][A-Za-z0-9]{30,}"), _mixed),
    _Rule("Google API key", re.compile(_ALONE + r"AIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])")),
    _Rule(
        "JSON web token",
        re.compile(r"(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}"),
    ),
    _Rule(
        "password",
        re.compile(r"(?<![A-Za-z0-9])[A-Za-z][A-Za-z0-9+.-]{2,20}://[^\s:/@]{0,100}:(?P<secret>[^\s/@]{3,200})(?=@)"),
    ),
    _Rule(
        "credentials",
        re.compile(
            r"(?i)authorization" + _EQUALS + r"""["']?(?:basic|token|digest|apikey)[ ](?P<secret>[^\s"',;\[\]]{8,})"""
        ),
    ),
    _Rule("bearer token", re.compile(r"(?i)\bbearer[ \t]{1,3}(?P<secret>[A-Za-z0-9._~+/=-]{12,})"), _mixed),
    _Rule(
        "card number",
        # Visa, Mastercard, Amex, Diners, Discover, JCB and UnionPay, grouped as printed or in one run
        re.compile(
            r"(?<![\w./+-])(?=[2-6])(?:\d{4}([ -])\d{4}\1\d{4}\1\d{4}|3\d{3}([ -])\d{6}\2\d{4,5}"
            r"|(?:4\d{15}|5[1-5]\d{14}|2[2-7]\d{14}|3[47]\d{13}|3[068]\d{12}|35\d{14}|6(?:011|2\d\d|4[4-9]\d|5\d\d)\d{12}))"
            r"(?![\w]|[.-]\w)"
        ),
        _luhn,
    ),
)

_IBAN_LENGTHS: Final = (
    "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 EE20 EG29 ES24 "
    "FI18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 "
    "LI21 LT20 LU20 LV21 MC27 MD24 ME22 MK19 MR27 MT31 MU30 NL18 NO15 PK24 PL28 PS29 PT25 QA29 RO24 RS22 SA24 "
    "SE24 SI19 SK24 SM27 TL23 TN24 TR26 UA29 VA22 VG24 XK20".split()
)
"""Country and length of an IBAN there (SWIFT's IBAN registry)."""

_PERSONAL: Final = (
    _Rule(
        "e-mail",
        # `git@host` and `scheme://user@host` are addresses of machines, not of people
        re.compile(
            r"(?<![A-Za-z0-9._%+-])(?<!://)(?!git@)[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}(?![A-Za-z0-9])"
        ),
    ),
    _Rule(
        "IBAN",
        re.compile(
            r"(?<![A-Za-z0-9])(?:"
            + "|".join(rf"{entry[:2]}\d\d(?: ?[A-Z0-9]){{{int(entry[2:]) - 4}}}" for entry in _IBAN_LENGTHS)
            + r")(?![A-Za-z0-9])"
        ),
        _iban,
    ),
    _Rule("phone number", re.compile(r"(?<![\w+\]])\+[1-9](?:[ ().-]{0,2}\d){7,14}(?!\w)"), _phone),
)

_ASSIGNED: Final = (
    _Rule("password", re.compile(r"(?i)(?:password|passwd|passphrase|\bpwd)" + _EQUALS + _QUOTED_OR_BARE), _value),
    _Rule(
        "secret",
        re.compile(
            r"(?i)(?:(?<!existing)secret|(?:api|access|account|private|signing|encryption)[_ -]?key)(?:[_-]?id)?"
            + _EQUALS
            + _QUOTED_OR_BARE
        ),
        _value,
    ),
    _Rule(
        "token",
        re.compile(r"(?i)(?<!page_)(?<!page)(?<!sync_)(?:token|credentials?)" + _EQUALS + _QUOTED_OR_BARE),
        _token,
    ),
    _Rule(
        "secret",
        re.compile(r"(?i)(?<!\S)--[a-z-]{0,20}(?:password|passwd|secret|token|api-key)[ ]" + _QUOTED_OR_BARE),
        _value,
    ),
    _Rule("password", re.compile(r"(?i)\bpassword is:?[ ]" + _QUOTED_OR_BARE), _token),
)
"""Values of keys that name a secret. They come last, so that a value which holds something found before goes whole."""
