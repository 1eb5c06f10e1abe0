"""The messages, broken in one place each."""

from tests.broken.case import Broken

CLOSED = "message_templates/room/closed.j2"
RESOLVED = "message_templates/room/resolved.j2"
ROLE_GIVEN = "message_templates/room/role_given.j2"

TEMPLATES = [
    Broken(
        "a variable misspelt",
        CLOSED,
        "{{ summary }}",
        "{{ sumary }}",
        "message_templates/room/closed.j2:5:65: unknown variable 'sumary', expected one of agree, by, "
        "by_hand, called, commander, drill, due, due_by, entry, former, found_said, head, incident, label, measured, "
        "others, owner_of, payload_entry, quiet_until_at, range, roles_held, room, seats, service_name, spoken, "
        "summary, to_said, undone, until_at; did you mean 'summary'?",
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
        "message_templates/room/resolved.j2:5:68: unknown variable 'summary', expected one of agree, "
        "by, by_hand, called, commander, drill, due, due_by, entry, fixed, former, found_said, head, incident, label, "
        "measured, others, owner_of, payload_entry, quiet_until_at, range, roles_held, room, seats, service_name, "
        "spoken, to_said, undone, until_at",
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
]
