"""Slack: what people type and click, what they see, and the calls that make it so."""
