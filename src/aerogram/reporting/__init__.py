"""Ring 6: events told to others."""
