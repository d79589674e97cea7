"""Ring 8: the ways in. They translate and never decide."""
