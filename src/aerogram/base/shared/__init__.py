"""What the processes of one server count together: one file in memory, with a region for each process."""
