"""Where a letter goes: fixed routes, a relay, or MX hosts."""
