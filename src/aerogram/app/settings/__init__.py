"""Settings: declared, read, and documented."""
