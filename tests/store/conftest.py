"""Databases with our tables, and a desk with a clock of its own."""

from tests.fakes.databases import clock, database, desk, upgraded_url

__all__ = ["clock", "database", "desk", "upgraded_url"]
