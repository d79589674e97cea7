"""Format the data of the inbox for pages and JSON."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import msgspec

from aerogram.reporting.inbox import NOT_COMPOSED

if TYPE_CHECKING:
    from aerogram.reporting.inbox import Listed, Opened
    from aerogram.reporting.timeline import Happening
    from aerogram.wire.mime.reading.read import File, Mail

MAX_SOURCE: Final = 512 * 1024
"""Maximum characters of source, text or transcript on the page; the download is complete."""
MAX_HEADER: Final = 16_384
"""Maximum characters of one header on the page: longer ones are lists of addresses or signatures, of which nobody
reads more there, and a browser takes seconds to lay out one of megabytes. The download is complete."""
_HUES: Final = 8
_KIB: Final = 1024
_SPEAKERS: Final = {"C: ": "client", "S: ": "server"}


class Line(msgspec.Struct, frozen=True):
    """A line of a transcript; ``speaker`` is client, server or note."""

    speaker: str
    text: str


def moment(at_ms: int) -> str:
    """Format a time as RFC 3339 in UTC with milliseconds."""
    at = datetime.fromtimestamp(at_ms / 1000, UTC)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def clock_time(at_ms: int) -> str:
    """Format a time for people, in UTC; the page's script converts it to the local time zone."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%d %b %Y, %H:%M:%S UTC")


def size_of(count: int) -> str:
    """Format a number of bytes for people: 812 B, 14 kB, 3.2 MB (of 1024)."""
    if count < _KIB:
        return f"{count} B"
    if count < _KIB * _KIB:
        return f"{round(count / _KIB)} kB"
    return f"{count / _KIB / _KIB:.1f} MB"


def hue_of(address: str) -> int:
    """Return the colour of an address's badge, always the same for an address."""
    return sum(address.lower().encode()) % _HUES


def conversation(transcript: str) -> list[Line]:
    """Split a transcript into lines with their speakers."""
    lines = transcript[:MAX_SOURCE].splitlines()
    return [Line(_SPEAKERS.get(line[:3], "note"), line) for line in lines]


def is_smtp(transcript: str) -> bool:
    """Return whether a transcript is an SMTP dialogue, not the summary of a request."""
    return any(line.startswith(("C: ", "S: ")) for line in transcript[:MAX_SOURCE].splitlines())


def listed_json(listed: Listed) -> dict[str, Any]:
    """Build the JSON of a row of the list."""
    return {
        "id": listed.id,
        "from": listed.sender,
        "to": listed.recipient,
        "subject": listed.subject,
        "time": moment(listed.at_ms),
        "size": listed.size,
        "attachment_count": listed.attachment_count,
        "state": listed.state,
        "error": listed.error,
        "reason": listed.reason,
    }


def opened_json(opened: Opened, mail: Mail) -> dict[str, Any]:
    """Build the JSON of one mail: `listed_json` with its content."""
    listed = opened.listed
    base = f"/inbox/api/messages/{listed.id}"
    return listed_json(listed) | {
        "uuid": opened.uuid,
        "envelope_from": opened.reverse_path,
        "headers": [{"name": name, "value": value} for name, value in mail.headers],
        "text": mail.text,
        "html": mail.html,
        "attachments": [_file_json(base, number, file) for number, file in enumerate(mail.files)],
        "timeline": [_happening_json(happening) for happening in opened.timeline],
        "notes": notes_of(opened, mail),
        "raw": f"{base}/raw",
    }


def notes_of(opened: Opened, mail: Mail) -> list[str]:
    """Return what a person should know of a mail, in sentences."""
    return list(mail.notes) if opened.is_composed else [NOT_COMPOSED, *mail.notes]


def _file_json(base: str, number: int, file: File) -> dict[str, Any]:
    return {
        "name": file.name,
        "type": file.content_type,
        "size": len(file.content),
        "content_id": file.content_id,
        "inline": file.is_inline,
        "url": f"{base}/attachments/{number}",
    }


def _happening_json(happening: Happening) -> dict[str, Any]:
    return {
        "time": moment(happening.at_ms),
        "kind": happening.kind,
        "text": happening.sentence,
        "reply": happening.reply,
        "conversation": happening.transcript,
    }
