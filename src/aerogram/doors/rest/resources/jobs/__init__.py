"""Actions and resources of bulk work."""
