"""A practice AI service: a shop's support copilot with synthetic traffic, switches that work, and ways to break it.

One process on loopback. The engine is pure: it is told the time and draws from the ``Random`` it is given. ``provider``
offers its models as OpenAI's API does; ``behind`` puts the copilot behind a gateway that asks them, or others.
"""
