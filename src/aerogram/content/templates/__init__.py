"""Stored templates: their content, headers, drafts and published versions."""
