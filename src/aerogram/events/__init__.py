"""Ring 4: what happened, once, in order."""
