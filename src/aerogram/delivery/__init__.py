"""Ring 6: sends queued letters to other servers and records the outcomes."""
