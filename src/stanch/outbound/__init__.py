"""Requests to systems of others: one client for all of them, and how a request can end."""
