"""Messages on their road: accepted, queued, sent, kept."""
