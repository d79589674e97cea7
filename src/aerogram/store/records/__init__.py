"""Units of work, grouped by noun: every SQL statement that Aerogram runs."""
