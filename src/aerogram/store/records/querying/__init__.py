"""Pages, filters and keys: what the other records share."""
