"""Rules for words to others: drafts, approval, holding lines, what was sent."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from stanch.core.catalogue import Catalogue
from stanch.core.command import Command
from stanch.core.incident import Incident
from stanch.core.said import Said

DRAFTS: dict[type[Command], Callable[[Incident, Any, str, datetime, Catalogue], Said]] = {}
