"""Limits of messages."""

from __future__ import annotations

from tests.practice.desk import actions, button, plain
from tests.practice.parts import (
    OPTION,
    Limit,
    buttons,
    card,
    cells,
    chars,
    confirm,
    container,
    image,
    items,
    listing,
    mrkdwn,
    options,
    section,
    select,
    video,
)

MESSAGES = [
    Limit("blocks of a message", 50, lambda n: [{"type": "divider"}] * n, "/blocks]", items(50)),
    Limit("header", 150, lambda n: [{"type": "header", "text": plain("x" * n)}], "/blocks/0/text/text]", chars(150)),
    Limit("section text", 3000, lambda n: [section(text=mrkdwn("x" * n))], "/blocks/0/text/text]", chars(3000)),
    Limit("section fields", 10, lambda n: [section(fields=[mrkdwn("x")] * n)], "/blocks/0/fields]", items(10)),
    Limit("field", 2000, lambda n: [section(fields=[mrkdwn("x" * n)])], "/blocks/0/fields/0/text]", chars(2000)),
    Limit(
        "elements of actions",
        25,
        lambda n: [actions(*(button(action_id=f"b{index}") for index in range(n)))],
        "/blocks/0/elements]",
        items(25),
    ),
    Limit(
        "elements of context",
        10,
        lambda n: [{"type": "context", "elements": [mrkdwn("x")] * n}],
        "/blocks/0/elements]",
        items(10),
    ),
    Limit(
        "context actions",
        5,
        lambda n: [
            {
                "type": "context_actions",
                "elements": [
                    {"type": "icon_button", "icon": "trash", "text": plain("x"), "action_id": f"i{index}"}
                    for index in range(n)
                ],
            }
        ],
        "/blocks/0/elements]",
        items(5),
    ),
    Limit("block_id", 255, lambda n: [{"type": "divider", "block_id": "x" * n}], "/blocks/0/block_id]", chars(255)),
    Limit(
        "action_id", 255, lambda n: [actions(button(action_id="x" * n))], "/blocks/0/elements/0/action_id]", chars(255)
    ),
    Limit("image alt text", 2000, lambda n: [image(alt_text="x" * n)], "/blocks/0/alt_text]", chars(2000)),
    Limit("image title", 2000, lambda n: [image() | {"title": plain("x" * n)}], "/blocks/0/title/text]", chars(2000)),
    Limit(
        "image url",
        3000,
        lambda n: [image(image_url="https://" + "x" * (n - 8))],
        "/blocks/0/image_url]",
        chars(3000),
    ),
    Limit(
        "button text",
        75,
        lambda n: [actions(button(text=plain("x" * n)))],
        "/blocks/0/elements/0/text/text]",
        chars(75),
    ),
    Limit("button value", 2000, lambda n: [actions(button(value="x" * n))], "/blocks/0/elements/0/value]", chars(2000)),
    Limit(
        "button url",
        3000,
        lambda n: [actions(button(url="https://" + "x" * (n - 8)))],
        "/blocks/0/elements/0/url]",
        chars(3000),
    ),
    Limit(
        "button accessibility label",
        75,
        lambda n: [actions(button(accessibility_label="x" * n))],
        "/blocks/0/elements/0/accessibility_label]",
        chars(75),
    ),
    *(
        Limit(
            f"confirm {name}",
            most,
            lambda n, name=name: [actions(button(confirm=confirm(**{name: "x" * n})))],  # type: ignore[misc]
            f"/blocks/0/elements/0/confirm/{name}/text]",
            chars(most),
        )
        for name, most in (("title", 100), ("text", 300), ("confirm", 30), ("deny", 30))
    ),
    Limit("options", 100, lambda n: [actions(select(options=options(n)))], "/blocks/0/elements/0/options]", items(100)),
    Limit(
        "option groups",
        100,
        lambda n: [
            actions(
                {
                    "type": "static_select",
                    "action_id": "pick",
                    "option_groups": [{"label": plain("x"), "options": [OPTION]}] * n,
                }
            )
        ],
        "/blocks/0/elements/0/option_groups]",
        items(100),
    ),
    Limit(
        "option group label",
        75,
        lambda n: [
            actions(
                {
                    "type": "static_select",
                    "action_id": "pick",
                    "option_groups": [{"label": plain("x" * n), "options": [OPTION]}],
                }
            )
        ],
        "/blocks/0/elements/0/option_groups/0/label/text]",
        chars(75),
    ),
    Limit(
        "placeholder",
        150,
        lambda n: [actions(select(placeholder=plain("x" * n)))],
        "/blocks/0/elements/0/placeholder/text]",
        chars(150),
    ),
    *(
        Limit(
            f"option {name}",
            most,
            lambda n, name=name: [  # type: ignore[misc]
                actions(select(options=[{**OPTION, name: "x" * n if name == "value" else plain("x" * n)}]))
            ],
            f"/blocks/0/elements/0/options/0/{name}",
            chars(most),
        )
        for name, most in (("text", 75), ("value", 150), ("description", 75))
    ),
    Limit(
        "option url",
        3000,
        lambda n: [actions({"type": "overflow", "action_id": "o", "options": [{**OPTION, "url": "x" * n}]})],
        "/blocks/0/elements/0/options/0/url]",
        chars(3000),
    ),
    Limit(
        "overflow",
        5,
        lambda n: [actions({"type": "overflow", "action_id": "o", "options": options(n)})],
        "/blocks/0/elements/0/options]",
        items(5),
    ),
    *(
        Limit(
            kind,
            10,
            lambda n, kind=kind: [actions({"type": kind, "action_id": "c", "options": options(n)})],  # type: ignore[misc]
            "/blocks/0/elements/0/options]",
            items(10),
        )
        for kind in ("checkboxes", "radio_buttons")
    ),
    Limit("markdown", 12_000, lambda n: [{"type": "markdown", "text": "x" * n}], "/blocks/0/text]", chars(12_000)),
    Limit(
        "markdown over all blocks",
        12_000,
        lambda n: [{"type": "markdown", "text": "x" * 6000}, {"type": "markdown", "text": "x" * (n - 6000)}],
        "/blocks/1/text]",
        chars(12_000),
    ),
    Limit("list indent", 8, lambda n: [listing(indent=n)], "/blocks/0/elements/0/indent]", "between 0 and 8"),
    Limit("list border", 1, lambda n: [listing(border=n)], "/blocks/0/elements/0/border]", "between 0 and 1"),
    Limit("table rows", 100, lambda n: [{"type": "table", "rows": cells(n, 1)}], "/blocks/0/rows]", items(100)),
    Limit(
        "table cells of a row", 20, lambda n: [{"type": "table", "rows": cells(1, n)}], "/blocks/0/rows/0]", items(20)
    ),
    Limit(
        "table columns",
        20,
        lambda n: [{"type": "table", "rows": cells(1, 1), "column_settings": [{}] * n}],
        "/blocks/0/column_settings]",
        items(20),
    ),
    Limit(
        "table characters",
        10_000,
        lambda n: [{"type": "table", "rows": cells(1, 1, "x" * n)}],
        "/blocks/0/rows/0/0]",
        chars(10_000),
    ),
    Limit(
        "data table rows",
        101,
        lambda n: [{"type": "data_table", "caption": "c", "rows": cells(n, 1)}],
        "/blocks/0/rows]",
        items(101),
    ),
    Limit(
        "data table page",
        100,
        lambda n: [{"type": "data_table", "caption": "c", "rows": cells(2, 1), "page_size": n}],
        "/blocks/0/page_size]",
        "between 1 and 100",
    ),
    Limit("video title", 199, lambda n: [video(title=plain("x" * n))], "/blocks/0/title/text]", chars(199)),
    Limit("video author", 50, lambda n: [video(author_name="x" * n)], "/blocks/0/author_name]", chars(50)),
    Limit(
        "video description",
        200,
        lambda n: [video(description=plain("x" * n))],
        "/blocks/0/description/text]",
        chars(200),
    ),
    Limit(
        "container",
        10,
        lambda n: [container(child_blocks=[{"type": "divider"}] * n)],
        "/blocks/0/child_blocks]",
        items(10),
    ),
    Limit("container title", 150, lambda n: [container(title=plain("x" * n))], "/blocks/0/title/text]", chars(150)),
    Limit("card title", 150, lambda n: [card(title=plain("x" * n))], "/blocks/0/title/text]", chars(150)),
    Limit("card subtitle", 150, lambda n: [card(subtitle=plain("x" * n))], "/blocks/0/subtitle/text]", chars(150)),
    Limit("card body", 200, lambda n: [card(body=plain("x" * n))], "/blocks/0/body/text]", chars(200)),
    Limit("card buttons", 3, lambda n: [card(actions=buttons(n))], "/blocks/0/actions]", items(3)),
    Limit("carousel", 10, lambda n: [{"type": "carousel", "elements": [card()] * n}], "/blocks/0/elements]", items(10)),
]
