"""The bot's own HTTP side."""
