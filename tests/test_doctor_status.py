"""What `stanch doctor` says of the status pages."""

import shutil
from pathlib import Path

from stanch.doctor.lines import Line, Patient
from stanch.doctor.status import status_pages
from stanch.settings import read

ROOT = Path(__file__).parents[1]
OWN = "status_page: {kind: static}"


async def lines(tmp_path: Path, *pages: str) -> list[Line]:
    """With these sheets for the two services."""
    for name in ("runbooks", "message_templates"):
        shutil.copytree(ROOT / name, tmp_path / name)
    file = tmp_path / "runbooks/catalogue/services.yml"
    text = file.read_text(encoding="utf-8")
    for one in pages:
        text = text.replace(f"    {OWN}\n", f"    {one}\n", 1) if one else text.replace(f"    {OWN}\n", "", 1)
    file.write_text(text, encoding="utf-8")
    given = {"STANCH_HOME": str(tmp_path), "STANCH_DATA": str(tmp_path / "data")}
    return list(await status_pages(Patient(read(given, tmp_path / "none"), None, None)))


async def test_pages_of_our_own_are_well_and_nothing_is_made(tmp_path: Path) -> None:
    """As shipped: one line, and the data folder is not there yet."""
    assert await lines(tmp_path) == [Line("ok", "status page", "static of support-copilot, search-answers")]
    assert not (tmp_path / "data").exists()


async def test_a_page_that_is_not_set_up_is_a_fault(tmp_path: Path) -> None:
    """It says which setting is missing."""
    found = await lines(tmp_path, "status_page: {kind: statuspage, page: abc}")
    assert found[0] == Line("FAULT", "status page", "statuspage of support-copilot: STANCH_STATUSPAGE_TOKEN is not set")


async def test_a_service_without_a_page_is_named(tmp_path: Path) -> None:
    """No complaint: its users are told by other ways."""
    what = "Support copilot: no `status_page` in services.yml; users are told by other ways"
    assert Line("degraded", "status page", what) in await lines(tmp_path, "")
