"""The messages, broken in one place each."""

from tests.broken.case import Broken

CLOSED = "message_templates/room/closed.j2"
RESOLVED = "message_templates/room/resolved.j2"
HELD = "message_templates/users/holding_quality.j2"
HOLDING = "message_templates/users/holding_latency.j2"
UPDATE = "message_templates/stakeholders/stakeholders_update_cost.j2"
ROLE_GIVEN = "message_templates/room/role_given.j2"

TEMPLATES = [
    Broken(
        "a variable misspelt",
        CLOSED,
        "{{ summary }}",
        "{{ sumary }}",
        "message_templates/room/closed.j2:5:65: unknown variable 'sumary', expected one of agree, also, any_act, "
        "asked_now, by, by_hand, called, commander, drill, due, due_by, entry, former, found_said, head, holder, "
        "incident, label, measured, missing_contacts, other, others, owner_of, paused_until, payload_entry, "
        "quiet_until_at, range, roles_held, room, seats, service_name, spoken, summary, to_said, undone, until_at; "
        "did you mean 'summary'?",
    ),
    Broken(
        "a part of the incident misspelt",
        CLOSED,
        "{{ incident.name }}",
        "{{ incident.nmae }}",
        "message_templates/room/closed.j2:5:15: unknown part 'nmae' of 'incident', expected one that is "
        "known; did you mean 'name'?",
    ),
    Broken(
        "a filter misspelt inside an if",
        RESOLVED,
        ": {{ fixed }}",
        ": {{ fixed | captialize }}",
        "message_templates/room/resolved.j2:5:76: unknown filter 'captialize', expected one of Jinja's; "
        "did you mean 'capitalize'?",
    ),
    Broken(
        "a test that there is not",
        RESOLVED,
        "{% if fixed %}",
        "{% if fixed is definde %}",
        "message_templates/room/resolved.j2:5:61: unknown test 'definde', expected one of Jinja's; did "
        "you mean 'defined'?",
    ),
    Broken(
        "an if that does not end",
        RESOLVED,
        "{% endif %}",
        "",
        "message_templates/room/resolved.j2:5:52: `{% if %}` is not closed, expected `{% endif %}`",
    ),
    Broken(
        "the wrong end",
        RESOLVED,
        "{% endif %}",
        "{% endfor %}",
        "message_templates/room/resolved.j2:5:79: tag 'endfor' here, expected elif or else or endif; did "
        "you mean 'endif'?",
    ),
    Broken(
        "a tag misspelt",
        RESOLVED,
        "{% if fixed %}",
        "{% fi fixed %}",
        "message_templates/room/resolved.j2:5:52: tag 'fi' here, expected for or if or set or with",
    ),
    Broken(
        "a brace left out",
        RESOLVED,
        "{{ fixed }}",
        "{{ fixed }",
        "message_templates/room/resolved.j2:5:74: `}` here, expected `}}`",
    ),
    Broken(
        "one = to compare",
        RESOLVED,
        "{% if fixed %}",
        '{% if fixed = "yes" %}',
        "message_templates/room/resolved.j2:5:61: `=` here, expected `%}`, or `==` to compare",
    ),
    Broken(
        "a quote that does not end",
        CLOSED,
        '{{ "\\n" }}',
        '{{ "\\n }}',
        'message_templates/room/closed.j2:5:89: a `"` without its end, expected `"` where the text ends',
    ),
    Broken(
        "no front matter",
        CLOSED,
        "---\nfor: room\nabout: It is closed; the head of the timeline is posted with it.\n---\n",
        "",
        "message_templates/room/closed.j2:1:1: no front matter, expected `---`, `for: AUDIENCE`, `about: "
        "ONE LINE`, `---`, then the message",
    ),
    Broken(
        "front matter that does not end",
        CLOSED,
        "posted with it.\n---\n",
        "posted with it.\n",
        "message_templates/room/closed.j2:1:1: the front matter does not end, expected a second line "
        "`---` before the message",
    ),
    Broken(
        "the audience left out",
        CLOSED,
        "for: room\n",
        "",
        "message_templates/room/closed.j2:2:1: key 'for' is missing, expected 'for:' here",
    ),
    Broken(
        "a key misspelt",
        CLOSED,
        "about: It",
        "abuot: It",
        "message_templates/room/closed.j2:3:1: unknown key 'abuot', expected one of for, about; did you mean 'about'?",
    ),
    Broken(
        "front matter that is no YAML",
        CLOSED,
        "about: It is closed; the",
        "about: It is closed: the",
        "message_templates/room/closed.j2:3:20: a `:` where no key can be, expected quotes around a text "
        "with `: ` in it, or the key in the column of its neighbours",
    ),
    Broken(
        "a macro",
        RESOLVED,
        "✅",
        "{% macro m() %}x{% endmacro %}✅",
        "message_templates/room/resolved.j2:5:4: a macro, call, filter block or block assignment, expected plain prose",
    ),
    Broken(
        "another template taken in",
        RESOLVED,
        "✅",
        "{% include 'closed.j2' %}✅",
        "message_templates/room/resolved.j2:5:4: another template taken in, expected one file a message",
    ),
    Broken(
        "a comment that does not end",
        RESOLVED,
        "✅",
        "{# the green one ✅",
        "message_templates/room/resolved.j2:5:1: `{#` is not closed, expected `#}`",
    ),
    Broken(
        "a bracket left out",
        ROLE_GIVEN,
        "{{ was }}",
        "{{ (was }}",
        "message_templates/room/role_given.j2:5:83: `}` here, expected `)`",
    ),
    Broken(
        "no message",
        RESOLVED,
        "✅ {{ incident.name }} is resolved, says {{ by }}{% if fixed %}: {{ fixed }}{% endif %}\n",
        "",
        "message_templates/room/resolved.j2:4:1: no message below the front matter, expected the words to send",
    ),
    Broken(
        "an expression with nothing in it",
        RESOLVED,
        "{{ fixed }}",
        "{{ }}",
        "message_templates/room/resolved.j2:5:68: `}}` here, expected an expression",
    ),
    Broken(
        "a variable of another message",
        RESOLVED,
        "{{ fixed }}",
        "{{ summary }}",
        "message_templates/room/resolved.j2:5:68: unknown variable 'summary', expected one of agree, also, "
        "any_act, asked_now, by, by_hand, called, commander, drill, due, due_by, entry, fixed, former, found_said, "
        "head, holder, incident, label, measured, missing_contacts, other, others, owner_of, paused_until, "
        "payload_entry, quiet_until_at, range, roles_held, room, seats, service_name, spoken, to_said, undone, "
        "until_at",
    ),
    Broken(
        "a title that is too long",
        RESOLVED,
        "about: It is resolved.",
        "about: It is resolved, which is to say that it has been quiet for as long as its severity asks.",
        "message_templates/room/resolved.j2:3:8: a text of 88 characters, expected at most 75 characters",
    ),
    Broken(
        "an audience that is a list",
        RESOLVED,
        "for: room",
        "for: [room]",
        "message_templates/room/resolved.j2:2:6: a list, expected a text",
    ),
    Broken(
        "a block assignment",
        RESOLVED,
        "✅",
        "{% set mark %}✅",
        "message_templates/room/resolved.j2:5:4: `{% set %}` without a value, expected `{% set NAME = VALUE %}`",
    ),
    Broken(
        "two names for one value",
        RESOLVED,
        "{{ fixed }}",
        "{{ fixed by }}",
        "message_templates/room/resolved.j2:5:74: `by` here, expected `}}`",
    ),
    Broken(
        "a bracket too many",
        RESOLVED,
        "{{ fixed }}",
        "{{ fixed) }}",
        "message_templates/room/resolved.j2:5:73: `)` here, expected a `(` before it",
    ),
    Broken(
        "an end without a beginning",
        RESOLVED,
        "{% if fixed %}",
        "",
        "message_templates/room/resolved.j2:5:65: tag 'endif' here, expected for or if or set or with",
    ),
    Broken(
        "an audience misspelt",
        UPDATE,
        "audience: stakeholders",
        "audience: stakeholder",
        "message_templates/stakeholders/stakeholders_update_cost.j2:2:11: unknown audience 'stakeholder', expected one "
        "of status_page, stakeholders, users, leadership, team; did you mean 'stakeholders'?",
    ),
    Broken(
        "one audience of two misspelt",
        HELD,
        "[users, status_page]",
        "[users, statuspage]",
        "message_templates/users/holding_quality.j2:2:19: unknown audience 'statuspage', expected one of status_page, "
        "stakeholders, users, leadership, team; did you mean 'status_page'?",
    ),
    Broken(
        "a class misspelt",
        UPDATE,
        "class: cost_runaway",
        "class: cost_runnaway",
        "message_templates/stakeholders/stakeholders_update_cost.j2:4:8: unknown class 'cost_runnaway', expected one "
        "of security, safety_violation, provider_outage, latency_saturation, cost_runaway, retrieval_failure, "
        "quality_regression; did you mean 'cost_runaway'?",
    ),
    Broken(
        "a phase that is no moment",
        UPDATE,
        "phase: update",
        "phase: diagnose",
        "message_templates/stakeholders/stakeholders_update_cost.j2:5:8: unknown phase 'diagnose', expected one of "
        "title, holding, first_notice, update, no_news, contained, watching, resolved, dismissed",
    ),
    Broken(
        "a severity that there is not",
        UPDATE,
        "phase: update",
        "phase: update\nseverity: [SEV1, SEV5]",
        "message_templates/stakeholders/stakeholders_update_cost.j2:6:18: unknown severity 'SEV5', expected one of "
        "SEV1, SEV2, SEV3, SEV4",
    ),
    Broken(
        "a list with nothing in it",
        UPDATE,
        "phase: update",
        "phase: []",
        "message_templates/stakeholders/stakeholders_update_cost.j2:5:8: an empty list, expected a word, or a list "
        "such as [a, b]",
    ),
    Broken(
        "a key of a text misspelt",
        UPDATE,
        "phase: update",
        "phases: update",
        "message_templates/stakeholders/stakeholders_update_cost.j2:5:1: unknown key 'phases', expected one of "
        "audience, about, class, phase, severity, approved_by, approved_on; did you mean 'phase'?",
    ),
    Broken(
        "a text with both kinds of front matter",
        UPDATE,
        "audience: stakeholders",
        "for: stakeholders",
        "message_templates/stakeholders/stakeholders_update_cost.j2:2:1: key 'audience' is missing, expected "
        "'audience:' here\nmessage_templates/stakeholders/stakeholders_update_cost.j2:2:1: unknown key 'for', expected "
        "one of audience, about, class, phase, severity, approved_by, approved_on",
    ),
    Broken(
        "approved on a day that there is not",
        HELD,
        "approved_on: 2026-11-22",
        "approved_on: 22.11.2026",
        "message_templates/users/holding_quality.j2:7:14: '22.11.2026', expected a day such as 2026-11-22",
    ),
    Broken(
        "approved on no day",
        HELD,
        "approved_on: 2026-11-22\n",
        "",
        "message_templates/users/holding_quality.j2:6:14: approved on no day, expected 'approved_on:' with a day such "
        "as 2026-11-22",
    ),
    Broken(
        "words of the room for users",
        HELD,
        "We are correcting it.",
        "We are correcting it: {{ users_see }}.",
        "message_templates/users/holding_quality.j2:9:135: unknown variable 'users_see', expected one of acted, "
        "alternative, better_at, duration, limited, next_at, provider, resolved_at, service, since",
    ),
    Broken(
        "a fact that nobody has",
        UPDATE,
        "What users see: {{ users_see }}",
        "What users see: {{ user_sees }}",
        "message_templates/stakeholders/stakeholders_update_cost.j2:8:20: unknown variable 'user_sees', expected one "
        "of acted, alternative, better_at, bleeding, cause, class_name, commander, done, duration, fixed, last_at, "
        "limited, name, next_at, provider, quiet_until, reason, resolved_at, scope, service, severity, since, "
        "title, users_see; did you mean 'users_see'?",
    ),
    Broken(
        "a fact that is used for what it is not",
        UPDATE,
        'done | join("; ")',
        "done + 1",
        "message_templates/stakeholders/stakeholders_update_cost.j2:13:1: this cannot be rendered (can only "
        'concatenate tuple (not "int") to tuple), expected what holds for each class and severity',
    ),
    Broken(
        "words that make it small",
        HELD,
        "Some answers from",
        "Just a minor thing: some answers from",
        "message_templates/users/holding_quality.j2:9:1: words for the public: it makes the harm small (just, minor), "
        "expected to say how many, and how that was counted",
    ),
    Broken(
        "a promise of an end",
        HELD,
        "We are correcting it.",
        "It will be fixed by noon.",
        "message_templates/users/holding_quality.j2:9:1: words for the public: it promises an end (will be fixed by), "
        "expected to say when the next word comes",
    ),
    Broken(
        "a second text for one moment",
        UPDATE,
        "class: cost_runaway",
        "class: [cost_runaway, latency_saturation]",
        "message_templates/stakeholders/stakeholders_update_latency.j2:1:1: a second text for stakeholders, "
        "latency_saturation update, expected one (the first is message_templates/stakeholders/"
        "stakeholders_update_cost.j2)",
    ),
    Broken(
        "a text that says nothing when nothing is known",
        HOLDING,
        "Our assistant is answering slowly at the moment. Your requests are not lost.",
        "",
        "message_templates/users/holding_latency.j2:1:1: it says nothing where the facts are not known, expected words "
        "at any time",
    ),
]
