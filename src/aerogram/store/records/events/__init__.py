"""The event log: appending to it, and reading it from a reader's cursor."""
