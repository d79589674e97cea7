"""Ring 3: what needs a socket and knows no rule: DNS, HTTP, TLS."""
