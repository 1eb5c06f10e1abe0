"""A service's status page as `services.yml` has it: what a kind needs, and what it has no use for."""

from stanch.core.catalogue import PublicPage
from stanch.store.sheets import PageSheet
from stanch.store.yaml_marks import Marked, Place


def page(sheet: PageSheet | None) -> PublicPage | None:
    return PublicPage(sheet.kind, sheet.page or "", dict(sheet.components)) if sheet else None


def check(marked: Marked, place: Place, sheet: PageSheet | None) -> None:
    """Marks every fault that the shape alone does not show."""
    if sheet is None:
        return
    if sheet.kind == "statuspage" and sheet.page is None:
        marked.fault(place, "key 'page' is missing", "'page:' here: the page's id at Statuspage")
    if sheet.kind != "statuspage" and sheet.page is not None:
        marked.fault((*place, "page"), f"a page of kind {sheet.kind} has no id", "no 'page:'", at_key=True)
    if sheet.kind == "static" and sheet.components:
        what = "the static page shows services, and no components"
        marked.fault((*place, "components"), what, "no 'components:'", at_key=True)
