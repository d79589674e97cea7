"""Which lines of a multipart are delimiters (RFC 2046 §5.1.1): one rule for all that walk through a mail."""

from __future__ import annotations


def is_delimiter(data: bytes, at: int, end: int) -> bool:
    """Tell whether a line that begins with ``--`` and the boundary, up to ``at``, is a delimiter.

    It is one if nothing but blanks follows, or ``--``, which closes the multipart. Otherwise it is the start of a
    longer one, as ``--b1`` is of ``--b10`` and ``--b1-2``. ``end`` is the end of the multipart.
    """
    after = data[at : min(at + 2, end)]
    if after in (b"\r\n", b"--"):
        return True
    if after[:1] not in (b" ", b"\t"):
        return False
    line_end = data.find(b"\r\n", at, end)
    return line_end >= 0 and not data[at:line_end].strip(b" \t")
