"""Receive an uploaded form: an image with optional metadata."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from aerogram.content.images import MAX_IMAGE_BYTES, NoImageError, TooLargeError
from aerogram.doors.rest.v1 import errors
from aerogram.doors.rest.v1.multipart import MultipartError, parts_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aerogram.content.images import IncomingFile
    from aerogram.doors.rest.engine.calls import RouteCall
    from aerogram.doors.rest.fields.kinds import Field

FILE: Final = "file"
METADATA: Final = "metadata"
MAX_METADATA_BYTES: Final = 64 * 1024
MAX_FORM_BYTES: Final = MAX_IMAGE_BYTES + 256 * 1024
"""An image, its metadata, and the framing of the form."""


async def take_in(call: RouteCall, incoming: IncomingFile) -> bytes | None:
    """Write the part ``file`` of a form to ``incoming``; return the part ``metadata``, or None.

    Raises `ContentError`, and the errors of reading the body and writing the file.
    """
    metadata: bytearray | None = None
    has_file = False
    try:
        async for name, piece in parts_of(call.content_type, call.body):
            if name == FILE:
                has_file = True
                if piece:
                    await incoming.write(piece)
            elif name == METADATA:
                metadata = metadata if metadata is not None else bytearray()
                metadata += piece
                if len(metadata) > MAX_METADATA_BYTES:
                    raise _wrong(
                        METADATA, errors.TOO_LONG, f"The part may have at most {MAX_METADATA_BYTES} bytes"
                    )
    except MultipartError as error:
        raise _wrong("body", errors.INVALID_PARAMETER, str(error)) from None
    except NoImageError as error:
        raise no_image(error) from None
    except TooLargeError as error:
        raise errors.too_large(str(error)) from None
    if not has_file:
        raise _wrong(FILE, errors.REQUIRED, "The form has no part of this name")
    return None if metadata is None else bytes(metadata)


def form_of(fields: Iterable[Field]) -> dict[str, Any]:
    """Describe a form: a file, and metadata with these properties if there are any."""
    file = {"type": "string", "contentMediaType": "application/octet-stream"}
    metadata = {field.name: field.schema() for field in fields}
    if not metadata:
        return {"type": "object", "required": [FILE], "properties": {FILE: file}}
    return {
        "type": "object",
        "required": [FILE, METADATA],
        "properties": {FILE: file, METADATA: {"type": "object", "properties": metadata}},
    }


def no_image(error: NoImageError) -> errors.ContentError:
    """Return the error for a file that is not an image."""
    return _wrong(FILE, errors.NOT_IN_LIST, str(error))


def _wrong(part: str, constraint: str, message: str) -> errors.ContentError:
    return errors.invalid_value(part, constraint, message)
