"""Readers of Attachments and InlinedAttachments, for each version of the API that spells them in its own way.

The base64 text goes into the mail as the client sent it, so it is checked here, once: the alphabet of
RFC 4648 section 4 with its padding, and line breaks anywhere. An attachment of Globals is the same
object in every message of the call; its size is remembered by the identity of its text.
"""

from __future__ import annotations

import binascii
from typing import TYPE_CHECKING, Any, Final

import msgspec

from aerogram.doors.http.v31 import limits, mistakes, names, values
from aerogram.wire.errors import HeaderError
from aerogram.wire.mime.parameters import content_id as wire_content_id
from aerogram.wire.mime.parts import Attachment

if TYPE_CHECKING:
    from aerogram.doors.http.v31.names import JsonObject
    from aerogram.doors.http.v31.values import Findings

_BLANKS: Final = b"\r\n\t "


class Spelling(msgspec.Struct, frozen=True, kw_only=True):
    """How a version of the API names the properties of a file; ``names`` are all four of them."""

    names: names.Names
    content_type: str
    filename: str
    content: str
    content_id: str


V31: Final = Spelling(
    names=names.ATTACHMENT,
    content_type="ContentType",
    filename="Filename",
    content="Base64Content",
    content_id="ContentID",
)


def attachments(path: str, value: Any, findings: Findings) -> tuple[Attachment, ...]:
    """Read an array of ``{ContentType, Filename, Base64Content}``."""
    return read(path, value, findings, V31, is_inlined=False)


def inlined_attachments(path: str, value: Any, findings: Findings) -> tuple[Attachment, ...]:
    """Read an array of ``{ContentType, Filename, ContentID?, Base64Content}``.

    The HTML refers to one as ``cid:<ContentID>``, or ``cid:<Filename>`` when it has no ContentID.
    """
    return read(path, value, findings, V31, is_inlined=True)


def read(
    path: str, value: Any, findings: Findings, spelling: Spelling, *, is_inlined: bool
) -> tuple[Attachment, ...]:
    """Read an array of files whose properties are named by ``spelling``."""
    if not isinstance(value, list):
        findings.mistakes.append(mistakes.wrong_type(path, "array of attachments"))
        return ()
    if len(value) > limits.MAX_ATTACHMENTS:
        findings.mistakes.append(mistakes.too_many(path, limits.MAX_ATTACHMENTS))
        return ()
    files = []
    for index, element in enumerate(value):
        where = f"{path}[{index}]"
        if isinstance(element, dict):
            given = spelling.names.spelled(element)
            files.append(_attachment(where, given, findings, spelling, is_inlined=is_inlined))
        else:
            findings.mistakes.append(mistakes.wrong_type(where, "attachment"))
    return tuple(files)


def _attachment(
    path: str, given: JsonObject, findings: Findings, spelling: Spelling, *, is_inlined: bool
) -> Attachment:
    content_type = _mandatory(f"{path}.{spelling.content_type}", given.get(spelling.content_type), findings)
    filename = _mandatory(f"{path}.{spelling.filename}", given.get(spelling.filename), findings)
    content = given.get(spelling.content)
    if isinstance(content, str) and content:
        findings.attached_bytes += _size(f"{path}.{spelling.content}", content, findings)
    else:
        content = _mandatory(f"{path}.{spelling.content}", content, findings)
    content_id = ""
    if is_inlined:
        wanted = given.get(spelling.content_id)
        content_id = _content_id(f"{path}.{spelling.content_id}", wanted, filename, findings)
    return Attachment(content_type, filename, content, content_id)


def _mandatory(path: str, value: object, findings: Findings) -> str:
    if value is None:
        findings.mistakes.append(mistakes.missing(path))
        return ""
    if value == "":
        findings.mistakes.append(mistakes.empty_text(path))
    return values.header_text(path, value, findings)


def _content_id(path: str, value: object, filename: str, findings: Findings) -> str:
    read = "" if value is None else values.text(path, value, findings)
    try:
        return wire_content_id(read, filename or "file")
    except HeaderError as error:
        findings.mistakes.append(mistakes.unusable_content_id(path, str(error)))
        return ""


def _size(path: str, content: str, findings: Findings) -> int:
    """Give the bytes that base64 text stands for, or note that it is not base64."""
    known = findings.sizes.get(id(content))
    if known is not None:
        return known
    try:
        packed = content.encode("ascii").translate(None, _BLANKS)
        size = len(binascii.a2b_base64(packed, strict_mode=True))
    except ValueError:
        findings.mistakes.append(mistakes.not_base64(path))
        return 0
    findings.sizes[id(content)] = size
    return size
