"""Every limit that a caller can meet: what is counted, how much of it, by whom, and what happens past it."""
