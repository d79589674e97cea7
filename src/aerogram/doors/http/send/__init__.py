"""The Send API, versions 3 and 3.1."""
