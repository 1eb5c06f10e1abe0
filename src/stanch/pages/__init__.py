"""Where users read how a service is: Statuspage, a webhook of the team's own, or pages that we write."""
