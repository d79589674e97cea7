"""Ring 4: what must be done, and when."""
