"""Paging, filters and lookups that the other records share."""
