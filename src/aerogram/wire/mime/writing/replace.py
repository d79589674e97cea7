"""Replaces the content of a submitted mail; its headers and its files stay the same.

::

    mixed                          with files
    ├── related                    with files that the HTML shows
    │   ├── the new content
    │   └── parts with a Content-ID
    └── the other files
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from aerogram.wire.mime.reading.content import content_fields
from aerogram.wire.mime.reading.fields import end_of_head, name_of, split_fields
from aerogram.wire.mime.reading.walk import leaves_of
from aerogram.wire.mime.transfer import BOUNDARY_MARK
from aerogram.wire.mime.writing.build import build_content

if TYPE_CHECKING:
    from aerogram.wire.mime.reading.walk import Leaf

_OWN_FIELDS: Final = b"content-"
_VERSION: Final = b"mime-version"
_SEED: Final = 12


def with_content(data: bytes, text: str | None, html: str | None) -> bytes:
    """Return a mail (CRLF line ends) with ``text`` and ``html`` instead of its own bodies.

    The same arguments always give the same bytes.
    """
    head_end, body_start = end_of_head(data)
    fields = split_fields(data[:head_end])
    kept = [field for field in fields if not _is_of_content(field)]
    files = [leaf for leaf in leaves_of(data, body_start, content_fields(fields)) if _is_file(data, leaf)]
    # A digest of the whole mail cannot occur in it, so no file can hold a delimiter.
    seed = hashlib.blake2b(data, digest_size=_SEED).digest()
    content = build_content(text, html, seed)
    shown = [leaf for leaf in files if html and _is_shown(data, leaf)]
    if shown:
        kind = "multipart/alternative" if text else "text/html"
        content = _joined(f'related; type="{kind}"', content, [_part(data, each) for each in shown], seed)
    others = [_part(data, leaf) for leaf in files if leaf not in shown]
    if others:
        content = _joined("mixed", content, others, seed)
    end = b"" if content.endswith(b"\r\n") else b"\r\n"
    return b"\r\n".join((*kept, b"MIME-Version: 1.0", content)) + end


def _joined(subtype: str, content: bytes, parts: list[bytes], seed: bytes) -> bytes:
    """Write a multipart of the content and of parts that are complete already."""
    delimiter = f"{BOUNDARY_MARK}{subtype[0]}o_{seed.hex()}"
    opening = f'Content-Type: multipart/{subtype};\r\n boundary="{delimiter[2:]}"\r\n'
    line = f"\r\n{delimiter}\r\n".encode()
    return b"".join(
        (
            opening.encode(),
            line,
            content,
            *(line + part for part in parts),
            f"\r\n{delimiter}--".encode(),
        )
    )


def _part(data: bytes, leaf: Leaf) -> bytes:
    """Return a part with its fields; for a mail that is one file, these are the mail's content fields."""
    if leaf.head_start:
        return data[leaf.head_start : leaf.end]
    fields = [field for field in split_fields(data[: leaf.start - 2]) if _is_of_content(field)]
    own = [field for field in fields if not field.lower().startswith(_VERSION)]
    return b"\r\n".join((*own, b"", data[leaf.start : leaf.end]))


def _is_of_content(field: bytes) -> bool:
    name = name_of(field)
    return name.startswith(_OWN_FIELDS) or name == _VERSION


def _is_file(data: bytes, leaf: Leaf) -> bool:
    """Tell whether a part stays: the text does not, and a multipart without parts only with content."""
    return not leaf.is_main and (not leaf.is_multipart or bool(data[leaf.start : leaf.end].strip()))


def _is_shown(data: bytes, leaf: Leaf) -> bool:
    """Tell whether HTML can refer to a part (RFC 2392)."""
    return b"\ncontent-id:" in b"\n" + data[leaf.head_start : leaf.start].lower()
