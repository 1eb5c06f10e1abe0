"""The controls and their planes, broken in one place each; and what about them will not help at 03:00."""

from tests.broken.case import Broken

FILE = "runbooks/catalogue/controls.yml"
SERVICES = "runbooks/catalogue/services.yml"
CHECKS = "runbooks/catalogue/checks.yml"

CONTROLS = [
    Broken(
        "the top key misspelt",
        FILE,
        "controls:\n  known",
        "control:\n  known",
        "runbooks/catalogue/controls.yml:43:1: unknown key 'control', expected one of planes, controls; did you "
        "mean 'controls'?",
    ),
    Broken(
        "no control at all",
        FILE,
        "controls:\n  known_good.set:\n    name: Known-good set\n",
        "controls: {}\nrest:\n  known_good.set:\n    name: Known-good set\n",
        "runbooks/catalogue/controls.yml:43:11: no keys, expected at least one\n"
        "runbooks/catalogue/controls.yml:44:1: unknown key 'rest', expected one of planes, controls",
    ),
    Broken(
        "a control without a direction",
        FILE,
        "    direction: back\n    within: 15s\n    proof: The header or the trace that names who served.\n    "
        "by_hand: In the gateway's list of models, point the alias at the dated",
        "    within: 15s\n    proof: The header or the trace that names who served.\n    by_hand: In the gateway's "
        "list of models, point the alias at the dated",
        "runbooks/catalogue/controls.yml:79:5: key 'direction' is missing, expected 'direction:' here",
    ),
    Broken(
        "a control without proof",
        FILE,
        "    proof: The revision in the trace of 20 answers.\n",
        "",
        "runbooks/catalogue/controls.yml:55:5: key 'proof' is missing, expected 'proof:' here",
    ),
    Broken(
        "a control without a way by hand",
        FILE,
        "    by_hand: In the gateway, block the key.\n",
        "",
        "runbooks/catalogue/controls.yml:557:5: key 'by_hand' is missing, expected 'by_hand:' here",
    ),
    Broken(
        "a control without an owner",
        FILE,
        "    by_hand: In the gateway, block the key.\n    owner: bob\n",
        "    by_hand: In the gateway, block the key.\n",
        "runbooks/catalogue/controls.yml:557:5: key 'owner' is missing, expected 'owner:' here",
    ),
    Broken(
        "a direction that there is not",
        FILE,
        "    does: Stops spending above so much an hour.\n    direction: less",
        "    does: Stops spending above so much an hour.\n    direction: fewer",
        "runbooks/catalogue/controls.yml:511:16: 'fewer', expected less, back or more",
    ),
    Broken(
        "a name too long for a button",
        FILE,
        "name: Cheaper or faster model",
        "name: The cheaper or perhaps the faster model",
        "runbooks/catalogue/controls.yml:492:11: 'The cheaper or perhaps the faster model', expected at most 30 "
        "characters",
    ),
    Broken(
        "an id with a space",
        FILE,
        "  alert.quiet:",
        "  Alert quiet:",
        "runbooks/catalogue/controls.yml:674:3: 'Alert quiet', expected an id: small letters, digits, -, _ and "
        "dots, at most 63 characters",
    ),
    Broken(
        "a control a second time",
        FILE,
        "  alert.quiet:",
        "  capture.window:",
        "runbooks/catalogue/controls.yml:674:3: key 'capture.window' a second time, expected it once (first on "
        "line 633)",
    ),
    Broken(
        "a key misspelt",
        FILE,
        "    watch_out: Warn support first.",
        "    watchout: Warn support first.",
        "runbooks/catalogue/controls.yml:191:5: unknown key 'watchout', expected one of name, does, direction, "
        "within, proof, by_hand, owner, watch_out, pairs_with, drilled, break_glass, never_in, raise_is, "
        "evaluated_within, for; did you mean 'watch_out'?",
    ),
    Broken(
        "an address where everybody reads",
        FILE,
        "In the gateway, block the key.",
        "In the gateway, https://gateway.internal/keys, block the key.",
        "runbooks/catalogue/controls.yml:562:14: a text of 61 characters, expected words without an address: the "
        "runbook pages are public",
    ),
    Broken(
        "a password where everybody reads",
        FILE,
        "In the gateway, block the key.",
        "In the gateway, with password hunter2 (password=hunter2), block the key.",
        "runbooks/catalogue/controls.yml:562:14: what looks like a secret, expected no secret: a plane's `secret` "
        "names the environment variable that holds it",
    ),
    Broken(
        "no time to take effect in",
        FILE,
        "within: 15m",
        "within: 0s",
        "runbooks/catalogue/controls.yml:587:13: no time, expected a duration above zero, such as 30s",
    ),
    Broken(
        "a time that is none",
        FILE,
        "within: 15m",
        "within: soon",
        "runbooks/catalogue/controls.yml:587:13: 'soon', expected a duration such as 24h, 30m, 45s or 0s",
    ),
    Broken(
        "a drill on a day that there is not",
        FILE,
        "    watch_out: Copy first.\n",
        "    watch_out: Copy first.\n    drilled: 2026-02-30\n",
        "runbooks/catalogue/controls.yml:625:14: '2026-02-30', expected a date such as 2026-11-22",
    ),
    Broken(
        "a class that there is not",
        FILE,
        "never_in: [safety_violation, security]",
        "never_in: [safety_violation, securty]",
        "runbooks/catalogue/controls.yml:683:34: unknown class 'securty', expected one of cost_runaway, "
        "latency_saturation, provider_outage, quality_regression, retrieval_failure, safety_violation, security; "
        "did you mean 'security'?",
    ),
    Broken(
        "a service that there is not",
        FILE,
        "    for:\n      support-copilot:\n        plane: practice\n        target: {setting: reranker",
        "    for:\n      support-copliot:\n        plane: practice\n        target: {setting: reranker",
        "runbooks/catalogue/controls.yml:382:7: unknown service 'support-copliot', expected one of search-answers, "
        "support-copilot; did you mean 'support-copilot'?",
    ),
    Broken(
        "a plane that there is not",
        FILE,
        "        plane: practice\n        target: {setting: reranker",
        "        plane: practise\n        target: {setting: reranker",
        "runbooks/catalogue/controls.yml:383:16: unknown plane 'practise', expected 'practice'; did you mean "
        "'practice'?",
    ),
    Broken(
        "no values",
        FILE,
        "values: [none, batch, all-but-critical]\n        to: batch\n        known_good: false\n        ladder: "
        "{steps: [batch, none], hold: 10s, checks: [latency]}\n      search",
        "values: []\n        to: batch\n        known_good: false\n        ladder: {steps: [batch, none], hold: "
        "10s, checks: [latency]}\n      search",
        "runbooks/catalogue/controls.yml:430:17: an empty list, expected from one value to 100",
    ),
    Broken(
        "values that are neither a list nor a range",
        FILE,
        "values: [large, small]",
        "values: large",
        "runbooks/catalogue/controls.yml:504:17: a single value, expected a list such as [v17, v16], or {from: 0, "
        "to: 100}",
    ),
    Broken(
        "a value twice",
        FILE,
        "values: [large, small]",
        "values: [large, small, large]",
        "runbooks/catalogue/controls.yml:504:32: 'large' a second time, expected each value once",
    ),
    Broken(
        "a value that YAML takes for a truth",
        FILE,
        'values: ["on", quiet]',
        "values: [on, quiet]",
        "runbooks/catalogue/controls.yml:688:18: on, which YAML takes for true, expected true or false, or a text "
        "in quotes: 'on'",
    ),
    Broken(
        "a value that YAML takes for a number of seconds",
        FILE,
        "values: [large, small]",
        "values: [large, small, 1:30]",
        "runbooks/catalogue/controls.yml:504:32: 1:30, which YAML takes for the number 90, expected a text in "
        "quotes: '1:30'",
    ),
    Broken(
        "a value that is a list",
        FILE,
        "values: [large, small]",
        "values: [large, [small]]",
        "runbooks/catalogue/controls.yml:504:25: a list, expected a text, a number, true or false",
    ),
    Broken(
        "a button that sends what may not be sent",
        FILE,
        "to: quarantined",
        "to: quarantine",
        "runbooks/catalogue/controls.yml:630:13: 'quarantine', which is not among the values, expected normal or "
        "quarantined",
    ),
    Broken(
        "a button that sends too much",
        FILE,
        "to: 30   #",
        "to: 6000   #",
        "runbooks/catalogue/controls.yml:522:13: 6000, which is not among the values, expected whole numbers from "
        "1 to 1000 USD an hour",
    ),
    Broken(
        "a button that sends nothing",
        FILE,
        "        to: quarantined\n",
        "",
        "runbooks/catalogue/controls.yml:627:9: key 'to' is missing, expected 'to:' here, the value that the "
        "button pulls to",
    ),
    Broken(
        "a good value that may not be sent",
        FILE,
        "good: [default]",
        "good: [defaults]",
        "runbooks/catalogue/controls.yml:117:16: 'defaults', which is not among the values, expected default or hot",
    ),
    Broken(
        "a range from top to bottom",
        FILE,
        "{from: 1, to: 1000, unit: USD an hour}",
        "{from: 1000, to: 1, unit: USD an hour}",
        "runbooks/catalogue/controls.yml:521:17: from 1000 to 1, expected the lower number first, and not the same",
    ),
    Broken(
        "a range with a key misspelt",
        FILE,
        "{from: 1, to: 1000, unit: USD an hour}",
        "{from: 1, to: 1000, units: USD an hour}",
        "runbooks/catalogue/controls.yml:521:37: unknown key 'units', expected one of from, to, whole, less, unit, "
        "none; did you mean 'unit'?",
    ),
    Broken(
        "a range without an end",
        FILE,
        "{from: 1, to: 1000, unit: USD an hour}",
        "{from: 1, unit: USD an hour}",
        "runbooks/catalogue/controls.yml:521:17: key 'to' is missing, expected 'to:' here",
    ),
    Broken(
        "a range whose end is a word",
        FILE,
        "{from: 1, to: 1000, unit: USD an hour}",
        "{from: 1, to: many, unit: USD an hour}",
        "runbooks/catalogue/controls.yml:521:31: 'many', expected a number",
    ),
    Broken(
        "whole numbers up to a half",
        FILE,
        "{from: 1, to: 1000, unit: USD an hour}",
        "{from: 1, to: 99.5, unit: USD an hour}",
        "runbooks/catalogue/controls.yml:521:17: from 1 to 99.5, expected whole numbers, or whole: false",
    ),
    Broken(
        "a step back that may not be sent",
        FILE,
        "{steps: [5, 25, 100], hold: 10s",
        "{steps: [5, 25, 110], hold: 10s",
        "runbooks/catalogue/controls.yml:158:33: 110, which is not among the values, expected whole numbers from 0 "
        "to 100 %",
    ),
    Broken(
        "a way back without a step",
        FILE,
        "{steps: [5, 25, 100], hold: 10s",
        "{steps: [], hold: 10s",
        "runbooks/catalogue/controls.yml:158:25: an empty list, expected at least one",
    ),
    Broken(
        "steps that are not held",
        FILE,
        "{steps: [5, 25, 100], hold: 10s",
        "{steps: [5, 25, 100], hold: 0s",
        "runbooks/catalogue/controls.yml:158:45: no time, expected a duration above zero, such as 5m",
    ),
    Broken(
        "a step back by a check that there is not",
        FILE,
        "checks: [errors, grounded]",
        "checks: [error, grounded]",
        "runbooks/catalogue/controls.yml:158:59: unknown check 'error', expected one of attack_replay, canary, "
        "errors, golden_retrieval, grounded, harmless_set, latency, permission_probe, quiet, refusals, sample, "
        "smoke, spend; did you mean 'errors'?",
    ),
    Broken(
        "a ladder with a key misspelt",
        FILE,
        "{steps: [5, 25, 100], hold: 10s",
        "{step: [5, 25, 100], hold: 10s",
        "runbooks/catalogue/controls.yml:158:18: unknown key 'step', expected one of steps, hold, checks; did you "
        "mean 'steps'?",
    ),
    Broken(
        "a secret in the target",
        FILE,
        "target: {setting: tier, ",
        "target: {setting: tier, api_key: 8f3a9c1d7be24e6f, ",
        "runbooks/catalogue/controls.yml:503:42: what looks like a secret, expected no secret: a plane's `secret` "
        "names the environment variable that holds it",
    ),
    Broken(
        "the known-good set with a plane of its own",
        FILE,
        "    watch_out: It moves several planes.",
        "    for:\n      support-copilot: {plane: practice, target: {setting: tier, proof: {setting_only: true}}, "
        "values: [large]}\n    watch_out: It moves several planes.",
        "runbooks/catalogue/controls.yml:52:5: known_good.set with planes of its own, expected none: it pulls the "
        "other controls",
    ),
    Broken(
        "a secret instead of its name",
        FILE,
        "secret: PRACTICE_AI_TOKEN\n",
        "secret: xoxb-2345678901-abcdefghijkl\n",
        "runbooks/catalogue/controls.yml:20:13: a value that is not shown here, expected the name of an "
        "environment variable, in capitals",
    ),
    Broken(
        "a secret that looks like a name",
        FILE,
        "secret: PRACTICE_AI_TOKEN\n",
        "secret: AKIA1234567890ABCDEF\n",
        "runbooks/catalogue/controls.yml:20:13: a value that is not shown here, expected the name of an "
        "environment variable, in capitals",
    ),
    Broken(
        "a secret that is a number",
        FILE,
        "secret: PRACTICE_AI_TOKEN\n",
        "secret: 1234567890\n",
        "runbooks/catalogue/controls.yml:20:13: a value that is not shown here, expected the name of an "
        "environment variable, in capitals",
    ),
    Broken(
        "the bot's own secret",
        FILE,
        "secret: PRACTICE_AI_TOKEN\n",
        "secret: SLACK_BOT_TOKEN\n",
        "runbooks/catalogue/controls.yml:20:13: 'SLACK_BOT_TOKEN', which is a setting of Stanch itself, expected a "
        "variable of the plane's own",
    ),
    Broken(
        "an address instead of a name",
        FILE,
        "url_env: PRACTICE_AI_URL",
        "url_env: http://localhost:1",
        "runbooks/catalogue/controls.yml:19:14: a value that is not shown here, expected the name of an "
        "environment variable, in capitals",
    ),
    Broken(
        "no address",
        FILE,
        "    url_env: PRACTICE_AI_URL\n",
        "",
        "runbooks/catalogue/controls.yml:17:3: neither url nor url_env, expected one of them",
    ),
    Broken(
        "two addresses",
        FILE,
        "    url_env: PRACTICE_AI_URL\n",
        "    url_env: PRACTICE_AI_URL\n    url: https://ai.example\n",
        "runbooks/catalogue/controls.yml:17:3: url and url_env, expected one of them",
    ),
    Broken(
        "an address with a password",
        FILE,
        "    url_env: PRACTICE_AI_URL\n",
        "    url: https://admin:geheim@ai.example\n",
        "runbooks/catalogue/controls.yml:19:10: an address with a user or a password in it, expected no secret: a "
        "plane's `secret` names the environment variable that holds it",
    ),
    Broken(
        "an address with a query",
        FILE,
        "    url_env: PRACTICE_AI_URL\n",
        "    url: https://ai.example/?key=a\n",
        "runbooks/catalogue/controls.yml:19:10: an address with a query or a fragment, expected an address such as "
        "https://gateway.example/api",
    ),
    Broken(
        "an address that is no web address",
        FILE,
        "    url_env: PRACTICE_AI_URL\n",
        "    url: ftp://ai.example\n",
        "runbooks/catalogue/controls.yml:19:10: a value that is not shown here, expected an address such as "
        "https://gateway.example/api, with http or https",
    ),
    Broken(
        "an address without a host",
        FILE,
        "    url_env: PRACTICE_AI_URL\n",
        "    url: 'https:///admin'\n",
        "runbooks/catalogue/controls.yml:19:10: a value that is not shown here, expected an address such as "
        "https://gateway.example/api, with http or https",
    ),
    Broken(
        "a header with its value",
        FILE,
        "    timeout: 5s\n\n",
        "    timeout: 5s\n    header: 'X-Key: abc'\n\n",
        "runbooks/catalogue/controls.yml:22:13: a value that is not shown here, expected a header's name such as "
        "Authorization",
    ),
    Broken(
        "a timeout of an hour",
        FILE,
        "    timeout: 5s\n\n",
        "    timeout: 1h\n\n",
        "runbooks/catalogue/controls.yml:21:14: a timeout that is no help, expected from 0.1s to 60s",
    ),
]

SWITCH_WARNINGS = [
    Broken(
        "a service with nothing to pull and nothing to look at",
        SERVICES,
        "  search-answers:\n",
        "  side-door:\n    name: Side door\n    owners: {commander: [dave], technical: [bob], communications: "
        "[carol], scribe: [erin]}\n\n  search-answers:\n",
        "warning: runbooks/catalogue/controls.yml:43:1: side-door: no control, no check for any class",
    ),
    Broken(
        "a second provider that nobody has tried",
        FILE,
        "        evaluated: each release\n        known_good: false   #",
        "        known_good: false   #",
        "warning: runbooks/catalogue/controls.yml:537:7: provider.failover of support-copilot was never evaluated "
        "with what runs now; pulling it takes two people",
    ),
    Broken(
        "a set too small for its rule",
        CHECKS,
        "    size: 100\n    drop: 15\n",
        "    size: 50\n    drop: 2\n",
        "warning: runbooks/catalogue/checks.yml:106:11: 50 prompts show a drop of about 25 points at best; the "
        "rule asks for 2",
    ),
    Broken(
        "a set that shows next to nothing",
        CHECKS,
        "    size: 100\n    drop: 15\n",
        "    size: 20\n    drop: 15\n",
        "warning: runbooks/catalogue/checks.yml:106:11: 20 prompts show no drop that could be told from chance; "
        "the rule asks for 15",
    ),
]
