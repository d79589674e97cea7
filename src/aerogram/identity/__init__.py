"""Ring 5: who asks, and what they may."""
