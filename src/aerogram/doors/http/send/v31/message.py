"""Parse one message of a call, with Globals merged in: first each property, then the whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aerogram.doors.http.send.shared.building import parsed_message_of
from aerogram.doors.http.send.shared.findings import Findings
from aerogram.doors.http.send.shared.headers import reply_to
from aerogram.doors.http.send.v31 import rules, templates
from aerogram.doors.http.send.v31.properties import MESSAGE

if TYPE_CHECKING:
    from aerogram.content.templates.templates import StoredTemplate
    from aerogram.doors.http.send.shared.names import JsonObject
    from aerogram.doors.http.send.shared.parsed_message import ParsedMessage


def read_message(
    message: JsonObject,
    sizes: dict[int, int],
    template: StoredTemplate | None = None,
    *,
    is_strict: bool = False,
) -> ParsedMessage:
    """Parse a message with normalised names.

    ``sizes`` caches the attachments of this call that were already checked; ``template`` is the template of its
    TemplateID, None if there is none; ``is_strict`` as in `Call`.
    """
    findings = Findings(sizes)
    if template is not None:
        if is_strict:
            findings.errors += templates.contradictions(message, template)
        message = templates.filled(message, template)
    found = MESSAGE.read(message, findings)
    pairs = found.get("headers", ())
    replies = reply_to(pairs, findings) if pairs and found.get("reply_to") is None else ()
    rules.check(found, findings, has_template=template is not None)
    return parsed_message_of(found, table=MESSAGE, errors=findings.errors, replies=replies, template=template)
