"""Resources of accounts, keys, users and preferences."""
