"""The event log: appending to it, and reading on from where a reader stopped."""
