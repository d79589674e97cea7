"""Ring 6: a message asked for becomes letters queued."""
