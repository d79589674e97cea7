"""Ring 5: what a mail says, down to its bytes."""
