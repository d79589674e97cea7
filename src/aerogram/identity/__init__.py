"""Ring 5: accounts, credentials, people and permissions."""
