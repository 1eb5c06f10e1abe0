"""A class's sheet, broken in one place each."""

from tests.broken.case import Broken

SECURITY = "runbooks/security.yml"
COST = "runbooks/cost_runaway.yml"

CLASSES = [
    Broken(
        "a key misspelt",
        COST,
        "looks_like:",
        "look_like:",
        "runbooks/cost_runaway.yml:3:1: unknown key 'look_like', expected one of class, name, "
        "looks_like, not_this_if, urgency, starts_at, first_move, lever, restricted, subkinds, containment, "
        "owners, tell, traps, messages, quiet, closure, start, nodes, rollback; did you mean 'looks_like'?",
    ),
    Broken(
        "the class left out",
        COST,
        "class: cost_runaway\n",
        "",
        "runbooks/cost_runaway.yml:1:1: key 'class' is missing, expected 'class:' here",
    ),
    Broken(
        "a class named unlike its file",
        COST,
        "class: cost_runaway",
        "class: cost_overrun",
        "runbooks/cost_runaway.yml:1:8: class 'cost_overrun' in cost_runaway.yml, expected "
        "'cost_runaway', the name of the file",
    ),
    Broken(
        "an id in capitals",
        SECURITY,
        "class: security",
        "class: Security",
        "runbooks/security.yml:2:8: 'Security', expected an id: small letters, digits, - and _, at most 63 characters",
    ),
    Broken(
        "an unknown urgency",
        COST,
        "urgency: high ",
        "urgency: hihg ",
        "runbooks/cost_runaway.yml:5:10: 'hihg', expected critical, highest, high, medium or low; did you mean 'high'?",
    ),
    Broken(
        "a severity in small letters",
        COST,
        "starts_at: SEV2",
        "starts_at: sev2",
        "runbooks/cost_runaway.yml:6:12: 'sev2', expected SEV1, SEV2, SEV3 or SEV4; did you mean 'SEV2'?",
    ),
    Broken(
        "a severity that there is not",
        COST,
        "starts_at: SEV2",
        "starts_at: SEV5",
        "runbooks/cost_runaway.yml:6:12: 'SEV5', expected SEV1, SEV2, SEV3 or SEV4",
    ),
    Broken(
        "a truth in quotes",
        SECURITY,
        "restricted: true",
        'restricted: "true"',
        "runbooks/security.yml:9:13: 'true', expected true or false without quotes",
    ),
    Broken(
        "a list without brackets",
        COST,
        "subkinds: [agent loop,",
        "subkinds: agent loop #",
        "runbooks/cost_runaway.yml:8:11: 'agent loop', expected a list such as [a, b]",
    ),
    Broken(
        "a truth among texts",
        COST,
        "[agent loop,",
        "[yes,",
        "runbooks/cost_runaway.yml:8:12: yes, which YAML takes for true, expected a text in quotes: 'yes'",
    ),
    Broken(
        "a text with a colon",
        COST,
        "looks_like: Spend",
        "looks_like: Spend: money",
        "runbooks/cost_runaway.yml:3:18: a `:` where no key can be, expected quotes around a text with "
        "`: ` in it, or the key in the column of its neighbours",
    ),
    Broken(
        "a key out of line",
        COST,
        "starts_at: SEV2",
        "  starts_at: SEV2",
        "runbooks/cost_runaway.yml:6:3: this does not continue the keys that begin on line 1, column 1, "
        "expected a key in column 1, or quotes around all of a text",
    ),
    Broken(
        "a list that does not end",
        COST,
        "prompt grew, growth]",
        "prompt grew, growth",
        "runbooks/cost_runaway.yml:9:6: neither `,` nor `]`, expected one of them: `[` is open since line 8, column 11",
    ),
    Broken(
        "a quote that does not end",
        SECURITY,
        'if that takes seconds."',
        "if that takes seconds.",
        'runbooks/security.yml:8:13: a `"` without its end, expected `"` where the text ends',
    ),
    Broken(
        "a tab",
        SECURITY,
        "  - jailbreak",
        "	- jailbreak",
        "runbooks/security.yml:13:1: a tab in the indentation, expected spaces",
    ),
    Broken(
        "a key twice",
        COST,
        "urgency: high",
        "name: Again\nurgency: high",
        "runbooks/cost_runaway.yml:5:1: key 'name' a second time, expected it once (first on line 2)",
    ),
    Broken(
        "a span without a unit",
        COST,
        "urgency: high",
        "quiet: 90\nurgency: high",
        "runbooks/cost_runaway.yml:5:8: the number 90, expected a duration such as 24h, 30m, 45s or 0s",
    ),
    Broken(
        "a span of clock time",
        COST,
        "urgency: high",
        "quiet: 1:30\nurgency: high",
        "runbooks/cost_runaway.yml:5:8: 1:30, which YAML takes for the number 90, expected a duration "
        "such as 24h, 30m, 45s or 0s",
    ),
    Broken(
        "a name too long for a form",
        COST,
        "name: Cost runaway",
        "name: Cost runaway, which is to say that more is spent than anybody has planned for",
        "runbooks/cost_runaway.yml:2:7: a text of 77 characters, expected at most 75 characters",
    ),
    Broken(
        "no first move",
        COST,
        "first_move: Hold",
        "# first_move: Hold",
        "runbooks/cost_runaway.yml:1:1: a class without a first move, expected `first_move:` with the one "
        "action that people start with",
    ),
    Broken(
        "an empty first move",
        COST,
        "first_move: Hold",
        "first_move: # Hold",
        "runbooks/cost_runaway.yml:7:1: a class without a first move, expected `first_move:` with the one "
        "action that people start with",
    ),
]
