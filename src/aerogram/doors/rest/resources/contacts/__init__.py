"""Resources of contacts, their lists, properties and signups."""
