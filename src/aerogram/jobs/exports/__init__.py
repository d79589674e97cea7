"""Files made from rows: found, written and kept as jobs."""
