"""Readers of Attachments and InlinedAttachments.

The base64 text goes into the mail as the client sent it, so it is checked here, once: the alphabet of
RFC 4648 section 4 with its padding, and line breaks anywhere. An attachment of Globals is the same
object in every message of the call; its size is remembered by the identity of its text.
"""

from __future__ import annotations

import binascii
from typing import TYPE_CHECKING, Any, Final

from aerogram.doors.http.v31 import limits, mistakes, names, values
from aerogram.wire.mime.errors import HeaderError
from aerogram.wire.mime.parameters import content_id as wire_content_id
from aerogram.wire.mime.parts import Attachment

if TYPE_CHECKING:
    from aerogram.doors.http.v31.names import JsonObject
    from aerogram.doors.http.v31.values import Findings

_BLANKS: Final = b"\r\n\t "


def attachments(path: str, value: Any, findings: Findings) -> tuple[Attachment, ...]:
    """Read an array of ``{ContentType, Filename, Base64Content}``."""
    return _read(path, value, findings, is_inlined=False)


def inlined_attachments(path: str, value: Any, findings: Findings) -> tuple[Attachment, ...]:
    """Read an array of ``{ContentType, Filename, ContentID?, Base64Content}``.

    The HTML refers to one as ``cid:<ContentID>``, or ``cid:<Filename>`` when it has no ContentID.
    """
    return _read(path, value, findings, is_inlined=True)


def _read(path: str, value: Any, findings: Findings, *, is_inlined: bool) -> tuple[Attachment, ...]:
    if not isinstance(value, list):
        findings.mistakes.append(mistakes.wrong_type(path, "array of attachments"))
        return ()
    if len(value) > limits.MAX_ATTACHMENTS:
        findings.mistakes.append(mistakes.too_many(path, limits.MAX_ATTACHMENTS))
        return ()
    read = []
    for index, element in enumerate(value):
        where = f"{path}[{index}]"
        if isinstance(element, dict):
            read.append(_attachment(where, names.ATTACHMENT.spelled(element), findings, is_inlined))
        else:
            findings.mistakes.append(mistakes.wrong_type(where, "attachment"))
    return tuple(read)


def _attachment(path: str, given: JsonObject, findings: Findings, is_inlined: bool) -> Attachment:  # noqa: FBT001 - private
    content_type = _mandatory(f"{path}.ContentType", given.get("ContentType"), findings)
    filename = _mandatory(f"{path}.Filename", given.get("Filename"), findings)
    content = given.get("Base64Content")
    if isinstance(content, str) and content:
        findings.attached_bytes += _size(f"{path}.Base64Content", content, findings)
    else:
        content = _mandatory(f"{path}.Base64Content", content, findings)
    content_id = ""
    if is_inlined:
        content_id = _content_id(f"{path}.ContentID", given.get("ContentID"), filename, findings)
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
