"""Messages on the road: accepted, queued, sent, captured."""
