"""Mail built and changed."""
