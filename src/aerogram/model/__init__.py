"""Ring 2: the frozen values that the rings exchange."""
