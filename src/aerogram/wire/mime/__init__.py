"""MIME: builds and parses the parts of a mail (RFC 2045 and its family)."""
