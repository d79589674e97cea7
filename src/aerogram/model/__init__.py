"""Ring 2: the frozen nouns that travel between the rings."""
