"""Parse attachments and inlined attachments; each version of the API has its own property names.

The base64 text goes into the mail as the client sent it, so it is checked once, here: the alphabet of
RFC 4648 section 4 with padding, and line breaks anywhere. An attachment of Globals is the same object
in every message of the call; its size is cached by the identity of its text.
"""

from __future__ import annotations

import binascii
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import msgspec

from aerogram.doors.http.send.shared import errors, limits, values
from aerogram.doors.http.send.shared.merging import join
from aerogram.doors.http.send.shared.names import Names
from aerogram.doors.http.send.shared.properties import PropertyType
from aerogram.wire.errors import HeaderError
from aerogram.wire.mime.parameters import content_id as wire_content_id
from aerogram.wire.mime.parts import Attachment

if TYPE_CHECKING:
    from aerogram.doors.http.send.shared.findings import Findings
    from aerogram.doors.http.send.shared.names import JsonObject
    from aerogram.doors.http.send.shared.properties import Json

_BLANKS: Final = b"\r\n\t "


class Spelling(msgspec.Struct, frozen=True, kw_only=True):
    """The property names of a file in one version of the API, and their schema."""

    content_type: str
    filename: str
    content: str
    content_id: str
    content_schema: Json
    documents_content_id: bool
    """Whether Mailjet's API has a property for the content id of an inlined file."""

    @property
    def names(self) -> Names:
        """All four names."""
        return Names(self.content_type, self.filename, self.content, self.content_id)


def files(spelling: Spelling, *, is_inlined: bool) -> PropertyType:
    """Return the type of an array of files with the property names of ``spelling``."""
    properties: Json = {
        spelling.content_type: {"type": "string"},
        spelling.filename: {"type": "string"},
        spelling.content: spelling.content_schema,
    }
    required = list(properties)
    if is_inlined and spelling.documents_content_id:
        properties[spelling.content_id] = {"type": "string"}
    return PropertyType(
        parser=partial(read_files, spelling=spelling, names=spelling.names, is_inlined=is_inlined),
        schema={
            "type": "array",
            "items": {"type": "object", "required": required, "properties": properties},
            "maxItems": limits.MAX_ATTACHMENTS,
        },
        errors=("send-0001", "mj-0003", "mj-0004", "mj-0005", "mj-0008", "mj-0012"),
        merge=join,
    )


def read_files(
    path: str, value: Any, findings: Findings, *, spelling: Spelling, names: Names, is_inlined: bool
) -> tuple[Attachment, ...]:
    """Parse an array of files with the property names of ``spelling``.

    The HTML refers to an inlined file as ``cid:<content id>``, or ``cid:<filename>`` without a content id.
    """
    if not isinstance(value, list):
        findings.errors.append(errors.wrong_type(path, "array of attachments"))
        return ()
    if len(value) > limits.MAX_ATTACHMENTS:
        findings.errors.append(errors.too_many(path, limits.MAX_ATTACHMENTS))
        return ()
    files = []
    for index, element in enumerate(value):
        where = f"{path}[{index}]"
        if isinstance(element, dict):
            given = names.spelled(element)
            if given is not element:
                findings.refuse_unknown(where, given, names)
            files.append(_attachment(where, given, findings, spelling, is_inlined=is_inlined))
        else:
            findings.errors.append(errors.wrong_type(where, "attachment"))
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
        findings.errors.append(errors.missing(path))
        return ""
    if value == "":
        findings.errors.append(errors.empty_text(path))
    return values.header_text(path, value, findings)


def _content_id(path: str, value: object, filename: str, findings: Findings) -> str:
    read = "" if value is None else values.text(path, value, findings)
    try:
        return wire_content_id(read, filename or "file")
    except HeaderError as error:
        findings.errors.append(errors.unusable_content_id(path, str(error)))
        return ""


def _size(path: str, content: str, findings: Findings) -> int:
    """Decode base64, or note an error."""
    known = findings.sizes.get(id(content))
    if known is not None:
        return known
    try:
        packed = content.encode("ascii").translate(None, _BLANKS)
        size = len(binascii.a2b_base64(packed, strict_mode=True))
    except ValueError:
        findings.errors.append(errors.not_base64(path))
        return 0
    findings.sizes[id(content)] = size
    return size
