"""Ring 6: the queue becomes conversations with the world."""
