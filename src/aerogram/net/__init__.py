"""Ring 3: network access without rules of mail: DNS, HTTP, TLS."""
