"""One change to a good copy of the home folder that ships, and what `stanch check` prints then."""

from pathlib import Path
from typing import NamedTuple


class Broken(NamedTuple):
    claim: str
    file: str
    """Relative to the home folder."""
    old: str
    """Stands in the file once."""
    new: str
    told: str
    """The lines of the command's output; those that end every output are left out."""

    def __str__(self) -> str:
        return self.claim

    def apply(self, home: Path) -> None:
        path = home / self.file
        text = path.read_text(encoding="utf-8")
        assert text.count(self.old) == 1, f"{self.file} has changed: there is no single {self.old!r} in it"
        path.write_text(text.replace(self.old, self.new), encoding="utf-8")
