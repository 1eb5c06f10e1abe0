"""Block Kit's limits as tables, and one walk that checks blocks against them and says which block and which limit.

Sources: Slack's Block Kit reference, slack_sdk's models and the registry of the slackblocks package; where they differ,
the stricter figure holds.
"""

from practice.limits.check import check_attachments, check_blocks, check_view

__all__ = ["check_attachments", "check_blocks", "check_view"]
