"""Signals come in over HTTP: the receiver, and one pure parser a source."""
