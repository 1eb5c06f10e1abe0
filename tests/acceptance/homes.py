"""A house of its own for a test: the runbooks and templates as they are, with other owners and shorter waits."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from tests.acceptance.harness import ROOT

OWNERS = "{commander: [alice], technical: [bob, dave], communications: [carol]}"
"""Nobody knows of erin: she is the outsider."""


def home(folder: Path, owners: str = OWNERS, quiet: str = "0s") -> Path:
    """The folder for `STANCH_HOME`. `quiet`: how long every incident must stay quiet before it counts as resolved."""
    for name in ("runbooks", "message_templates"):
        shutil.copytree(ROOT / name, folder / name)
    services = folder / "runbooks" / "catalogue" / "services.yml"
    services.write_text(re.sub(r"owners: \{.*\}", f"owners: {owners}", services.read_text(), count=1))
    for file in (*folder.glob("runbooks/*.yml"), folder / "runbooks" / "catalogue" / "severities.yml"):
        file.write_text(re.sub(r"(?m)^( *quiet: )\S+$", rf"\g<1>{quiet}", file.read_text()))
    return folder
