"""Waking people: a message wakes nobody, so what is urgent goes out by PagerDuty or a webhook of the team's own."""
