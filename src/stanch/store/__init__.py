"""What is kept: the event log, the outbox, the answers given; and the team's files."""
