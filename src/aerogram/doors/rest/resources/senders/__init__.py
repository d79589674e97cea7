"""Resources of senders, domains and parse routes."""
