"""Find, tag and track the links of an HTML part, and add the tracking pixel."""
