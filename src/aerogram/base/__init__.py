"""Ring 0: clock, ids, errors, sealing. Imports nothing of ours."""
