"""Exports outlive the version that wrote them."""

import json
from pathlib import Path

import pytest

from stanch.core.export import EARLIER_FIELDS, to_json, verify
from tests.fakes.world import walked

EXPORTS = sorted((Path(__file__).parents[1] / "fixtures" / "exports").glob("*.json"))


@pytest.mark.parametrize("file", EXPORTS, ids=lambda file: file.stem)
def test_an_earlier_export_is_still_whole(file: Path) -> None:
    """A file that an earlier version wrote is verified as it was then, and a change in it is still found."""
    content = file.read_bytes()
    assert verify(content) == []
    assert verify(content.replace(b'"phase": "closed"', b'"phase": "learn"')) != []


def test_there_is_a_file_for_every_shape() -> None:
    """The newest file has today's fields: whoever adds one to the fold puts the shape before it into `EARLIER_FIELDS`,
    and a new file beside this one."""
    assert len(EXPORTS) == len(EARLIER_FIELDS) + 1
    newest = json.loads(EXPORTS[-1].read_bytes())["incident"]
    assert list(newest) == list(json.loads(to_json(walked("closed").events))["incident"])


def test_an_earlier_shape_is_no_way_around() -> None:
    """Fields cannot be taken out of today's export but as a whole, into a shape that once was."""
    content = to_json(walked("closed").events)
    assert verify(content.replace(b'  "room_private": false,\n', b"")) != []
