"""MIME: the parts of a mail, built and read (RFC 2045 and its family)."""
