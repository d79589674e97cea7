"""Jobs, their files and their progress."""
