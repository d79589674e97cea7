"""Ring 4: the queue of messages that are due, with leases for the workers that send them."""
