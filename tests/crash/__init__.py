"""Kill the server at random moments under load; nothing acknowledged may be lost."""
