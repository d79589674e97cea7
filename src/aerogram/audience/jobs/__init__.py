"""Jobs on many contacts: imports, exports and bulk actions, committed in chunks."""
