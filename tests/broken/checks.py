"""The checks, broken in one place each."""

from tests.broken.case import Broken

FILE = "runbooks/catalogue/checks.yml"

CHECKS = [
    Broken(
        "the top key misspelt",
        FILE,
        "checks:\n  errors",
        "check:\n  errors",
        "runbooks/catalogue/checks.yml:8:1: unknown key 'check', expected 'checks'; did you mean 'checks'?",
    ),
    Broken(
        "a check without a name",
        FILE,
        "    name: Errors\n",
        "",
        "runbooks/catalogue/checks.yml:10:5: key 'name' is missing, expected 'name:' here",
    ),
    Broken(
        "a check that does not say when it passes",
        FILE,
        "    passes: At most 1 % of requests fail, or half a point more than usual.\n",
        "",
        "runbooks/catalogue/checks.yml:10:5: key 'passes' is missing, expected 'passes:' here",
    ),
    Broken(
        "a key misspelt",
        FILE,
        "    held: 60m",
        "    hold: 60m",
        "runbooks/catalogue/checks.yml:75:5: unknown key 'hold', expected one of name, passes, held, size, drop, "
        "by_hand, for; did you mean 'held'?",
    ),
    Broken(
        "a time that is none",
        FILE,
        "    held: 60m",
        "    held: long",
        "runbooks/catalogue/checks.yml:75:11: 'long', expected a duration such as 24h, 30m, 45s or 0s",
    ),
    Broken(
        "a size that is none",
        FILE,
        "    size: 21",
        "    size: 0",
        "runbooks/catalogue/checks.yml:150:11: the number 0, expected more than 0",
    ),
    Broken(
        "a size that is a word",
        FILE,
        "    size: 21",
        "    size: many",
        "runbooks/catalogue/checks.yml:150:11: 'many', expected a whole number",
    ),
    Broken(
        "a drop that is none",
        FILE,
        "    drop: 15",
        "    drop: -2",
        "runbooks/catalogue/checks.yml:106:11: the number -2, expected more than 0",
    ),
    Broken(
        "nobody to look",
        FILE,
        "    by_hand: Look at the alert and the channel that it came from. The incident keeps the time.\n",
        "",
        "runbooks/catalogue/checks.yml:192:5: key 'by_hand' is missing, expected 'by_hand:' here, as nothing "
        "measures it",
    ),
    Broken(
        "an address where everybody reads",
        FILE,
        "Look at the alert and the channel",
        "Look at http://alerts.internal and the channel",
        "runbooks/catalogue/checks.yml:194:14: a text of 94 characters, expected words without an address: the "
        "runbook pages are public",
    ),
    Broken(
        "an id with capitals",
        FILE,
        "  quiet:\n",
        "  Calm:\n    name: Calm\n    passes: It is calm.\n    by_hand: Look.\n\n  quiet:\n",
        "runbooks/catalogue/checks.yml:191:3: 'Calm', expected an id: small letters, digits, -, _ and dots, at "
        "most 63 characters",
    ),
    Broken(
        "a check a second time",
        FILE,
        "  quiet:\n",
        "  quiet:\n    name: Calm\n    passes: It is calm.\n    by_hand: Look.\n\n  quiet:\n",
        "runbooks/catalogue/checks.yml:196:3: key 'quiet' a second time, expected it once (first on line 191)",
    ),
    Broken(
        "a service that there is not",
        FILE,
        "      support-copilot:\n        kind: practice_ai\n        plane: practice\n        how: {stat: error_share",
        "      support:\n        kind: practice_ai\n        plane: practice\n        how: {stat: error_share",
        "runbooks/catalogue/checks.yml:15:7: unknown service 'support', expected one of search-answers, "
        "support-copilot; did you mean 'support-copilot'?",
    ),
    Broken(
        "a kind that there is not",
        FILE,
        "      support-copilot:\n        kind: practice_ai\n        plane: practice\n        how: {stat: error_share",
        "      support-copilot:\n        kind: promethius\n        plane: practice\n        how: {stat: error_share",
        "runbooks/catalogue/checks.yml:16:15: 'promethius', expected http, prometheus or practice_ai; did you mean "
        "'prometheus'?",
    ),
    Broken(
        "a plane that there is not",
        FILE,
        "      support-copilot:\n        kind: practice_ai\n        plane: practice\n        how: {stat: error_share",
        "      support-copilot:\n        kind: practice_ai\n        plane: gateway\n        how: {stat: error_share",
        "runbooks/catalogue/checks.yml:17:16: unknown plane 'gateway', expected 'practice'",
    ),
    Broken(
        "a plane of another kind",
        FILE,
        "      support-copilot:\n        kind: practice_ai\n        plane: practice\n        how: {stat: error_share",
        "      support-copilot:\n        kind: prometheus\n        plane: practice\n        how: {stat: error_share",
        "runbooks/catalogue/checks.yml:17:16: plane 'practice' of kind practice_ai, expected one of kind prometheus",
    ),
    Broken(
        "a password in the request",
        FILE,
        '{question: "Where is my order?", tenant: acme, key: acme}, status: 200, has: [/id, /answer]}\n      search',
        '{question: "Where is my order?", password: hunter2}, status: 200, has: [/id, /answer]}\n      search',
        "runbooks/catalogue/checks.yml:185:79: what looks like a secret, expected no secret: a plane's `secret` "
        "names the environment variable that holds it",
    ),
    Broken(
        "no way to measure",
        FILE,
        "      support-copilot:\n        kind: practice_ai\n        plane: practice\n        how: {stat: error_share",
        "      support-copilot:\n        kind: practice_ai\n        plane: practice\n        howe: {stat: error_share",
        "runbooks/catalogue/checks.yml:18:9: unknown key 'howe', expected one of kind, plane, how; did you mean 'how'?",
    ),
]
