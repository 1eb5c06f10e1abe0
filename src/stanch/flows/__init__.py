"""Use cases: load what is there, let the core decide, commit events and effects together."""
