"""One resource, one file: what it declares, and how it meets the collection that has its rules."""
