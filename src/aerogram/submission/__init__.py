"""Ring 6: turns a mail request into queued letters."""
