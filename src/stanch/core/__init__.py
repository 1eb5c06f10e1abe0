"""The pure part: what an incident is, what may happen to it, and what is owed when it does. No I/O, clock or chance."""
