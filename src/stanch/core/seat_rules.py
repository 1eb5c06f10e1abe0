"""Rules for people: offers of a seat, answers to them, hand-over, rotation, waking."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from stanch.core.catalogue import Catalogue
from stanch.core.command import Command
from stanch.core.incident import Incident
from stanch.core.said import Said

SEATS: dict[type[Command], Callable[[Incident, Any, str, datetime, Catalogue], Said]] = {}
