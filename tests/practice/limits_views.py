"""Limits of views."""

from __future__ import annotations

from tests.practice.desk import modal, plain, text_field
from tests.practice.parts import Limit, chars, fitted, items

VIEWS = [
    Limit(
        "blocks of a modal",
        100,
        lambda n: modal(*[{"type": "divider"}] * n),
        "/view/blocks]",
        items(100),
    ),
    *(
        Limit(
            f"modal {name}",
            24,
            lambda n, name=name: modal(text_field()) | {name: plain("x" * n)},  # type: ignore[misc]
            f"/view/{name}/text]",
            chars(24),
        )
        for name in ("title", "submit", "close")
    ),
    Limit(
        "private metadata",
        3000,
        lambda n: modal(text_field(), private_metadata="x" * n),
        "/view/private_metadata]",
        chars(3000),
    ),
    *(
        Limit(
            name,
            255,
            lambda n, name=name: modal(text_field()) | {name: "x" * n},  # type: ignore[misc]
            f"/view/{name}]",
            chars(255),
        )
        for name in ("callback_id", "external_id")
    ),
    Limit(
        "input label",
        2000,
        lambda n: modal(text_field(label=plain("x" * n))),
        "/view/blocks/0/label/text]",
        chars(2000),
    ),
    Limit(
        "input hint", 2000, lambda n: modal(text_field(hint=plain("x" * n))), "/view/blocks/0/hint/text]", chars(2000)
    ),
    *(
        Limit(
            name,
            3000,
            lambda n, name=name: modal(text_field(element={name: n})),  # type: ignore[misc]
            f"/view/blocks/0/element/{name}]",
            "3000",
        )
        for name in ("min_length", "max_length")
    ),
    Limit(
        "initial value",
        3000,
        lambda n: modal(text_field(element={"initial_value": "x" * n})),
        "/view/blocks/0/element/initial_value]",
        chars(3000),
    ),
    Limit(
        "files",
        10,
        lambda n: modal(fitted({"type": "file_input", "action_id": "f", "max_files": n})),
        "/view/blocks/0/element/max_files]",
        "between 1 and 10",
    ),
    Limit(
        "alert",
        200,
        lambda n: modal({"type": "alert", "text": plain("x" * n)}),
        "/view/blocks/0/text/text]",
        chars(200),
    ),
]
