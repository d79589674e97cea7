"""Ring 5: from whom mail may come, and the keys that sign it."""
