"""Content-Type and Content-Disposition: cleans media types, writes parameters (RFC 2045 §5, RFC 2231)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final
from urllib.parse import quote

from aerogram.wire.errors import HeaderError

_NAME: Final = r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,127}"
_media_type: Final = re.compile(rf"[ \t]*({_NAME})/({_NAME})[ \t]*(?=;|\Z)").match
_parameter: Final = re.compile(
    rf'[ \t]*;[ \t]*({_NAME})[ \t]*=[ \t]*({_NAME}|"[ !#-\[\]-~]{{0,127}}")[ \t]*(?=;|\Z)'
).match
_breaks_lines: Final = re.compile(r"[\r\n\0]").search
_is_plain_value: Final = re.compile(r"[ !#-\[\]-~]{0,60}\Z").match
_continuation: Final = re.compile(r"(?:%[0-9A-F]{2}|[^%]){1,18}").findall

# The characters of RFC 2231 §7's attribute-char beyond letters and digits.
_ATTRIBUTE_CHARACTERS: Final = "!#$&+-.^_`{|}~"
# Composite types must not be encoded in base64 (RFC 2045 §6.4), as files always are here.
_COMPOSITE: Final = frozenset({"multipart", "message"})
_MAX_PARAMETERS: Final = 8
_OWN_PARAMETERS: Final = frozenset({"name", "boundary"})
_UNKNOWN: Final = (" application/octet-stream",)


@lru_cache(maxsize=256)
def media_type_pieces(content_type: str) -> tuple[str, ...]:
    """Clean the media type that a client gave for a file; the pieces are foldable and end without ``;``.

    Unreadable and composite types become ``application/octet-stream``. Text types without a charset get
    ``charset=utf-8`` (compatibility: send-v31#properties). Raises `HeaderError` for line breaks and NUL.
    """
    if _breaks_lines(content_type) is not None:
        raise HeaderError("The ContentType of a file holds a line break or a NUL character.")
    found = _media_type(content_type)
    if found is None or found[1].lower() in _COMPOSITE:
        return _UNKNOWN
    parameters: dict[str, str] = {}
    at = found.end()
    for _ in range(_MAX_PARAMETERS):
        parameter = _parameter(content_type, at)
        if parameter is None:
            break
        at = parameter.end()
        key = parameter[1].lower()
        if key.rstrip("0123456789*") not in _OWN_PARAMETERS:
            parameters.setdefault(key, parameter[2])
    if found[1].lower() == "text":
        parameters.setdefault("charset", "utf-8")
    return _with_semicolons(
        [f"{found[1]}/{found[2]}".lower(), *(f"{key}={value}" for key, value in parameters.items())]
    )


def filename_pieces(key: str, filename: str) -> tuple[str, ...]:
    """Write a file's name as a parameter: quoted when short ASCII, else as in RFC 2231 in UTF-8.

    Raises `HeaderError` for line breaks, NUL and half a surrogate pair.
    """
    if _is_plain_value(filename) is not None:
        return (f' {key}="{filename}"',)
    if _breaks_lines(filename) is not None:
        raise HeaderError("The name of a file holds a line break or a NUL character.")
    try:
        encoded = quote(filename, safe=_ATTRIBUTE_CHARACTERS)
    except UnicodeEncodeError as error:
        raise HeaderError(
            "The name of a file holds half of a surrogate pair, which is not a character."
        ) from error
    chunks = _continuation(encoded)
    if len(chunks) == 1:
        return (f" {key}*=utf-8''{encoded}",)
    first, *rest = chunks
    return _with_semicolons(
        [f"{key}*0*=utf-8''{first}", *(f"{key}*{number}*={chunk}" for number, chunk in enumerate(rest, 1))]
    )


def content_id(attachment_id: str, filename: str) -> str:
    """Make the Content-ID of an inlined file, without brackets: the given id, else the file's name.

    Characters that an id must not have are percent-encoded, because ``cid:`` URLs are compared in that form
    (RFC 2392 §2). Raises `HeaderError` for line breaks and NUL, and for ids too long for a line.
    """
    wanted = attachment_id.strip().removeprefix("<").removesuffix(">") or filename
    if _breaks_lines(wanted) is not None:
        raise HeaderError("The ContentID of a file holds a line break or a NUL character.")
    try:
        written = quote(wanted, safe="!#$%&'*+-/=?^_`{|}~@.:,;()[]")
    except UnicodeEncodeError as error:
        raise HeaderError(
            "The ContentID of a file holds half of a surrogate pair, which is not a character."
        ) from error
    if not written or len(written) > 900:  # noqa: PLR2004 (998 octets a line, less name and brackets)
        raise HeaderError("The ContentID of a file is empty or too long for a line.")
    return written


def _with_semicolons(parameters: list[str]) -> tuple[str, ...]:
    return (*(f" {parameter};" for parameter in parameters[:-1]), f" {parameters[-1]}")
