"""Ring 8: SMTP, HTTP, pages and the command line. Doors translate protocols and never decide."""
