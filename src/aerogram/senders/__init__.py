"""Ring 5: the addresses and domains from which mail may come, and the keys that sign it."""
