"""Parse one message of a call: first each property, then the whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aerogram.doors.http.send.shared.building import parsed_message_of
from aerogram.doors.http.send.shared.errors import RefusedCallError
from aerogram.doors.http.send.shared.findings import Findings
from aerogram.doors.http.send.shared.headers import reply_to
from aerogram.doors.http.send.v3 import rules
from aerogram.doors.http.send.v3.properties import MESSAGE
from aerogram.doors.http.send.v3.templates import filled
from aerogram.wire.mime.headers import encode_mailboxes

if TYPE_CHECKING:
    from aerogram.content.templates.templates import StoredTemplate
    from aerogram.doors.http.send.shared.names import JsonObject
    from aerogram.doors.http.send.shared.parsed_message import ParsedMessage
    from aerogram.doors.http.send.shared.properties import Fields
    from aerogram.wire.mime.parts import Mailbox


def read_message(
    message: JsonObject, where: str, sizes: dict[int, int], template: StoredTemplate | None = None
) -> ParsedMessage:
    """Parse a message with normalised names; a null property counts as missing.

    ``where`` names it in an error; ``sizes`` caches the attachments of this call that were already checked;
    ``template`` is the template of its Mj-TemplateID. Raises `RefusedCallError` with the first error.
    """
    findings = Findings(sizes)
    found = MESSAGE.read(message if template is None else filled(message, template), findings)
    pairs = found.get("headers", ())
    replies = reply_to(pairs, findings) if pairs else ()
    if not replies:
        replies = _set_replies(found)
    rules.check(found, findings, has_template=template is not None)
    if findings.errors:
        raise RefusedCallError(findings.errors[0], where)
    if template is not None and not replies:
        found["reply_to"] = template.reply_to
    return parsed_message_of(found, table=MESSAGE, where=where, replies=replies, template=template)


def _set_replies(found: Fields) -> tuple[Mailbox, ...]:
    """Set the addresses of the property Reply-To, which no header overrides; return them."""
    replies: tuple[Mailbox, ...] = found.get("replies", ())
    if len(replies) == 1:
        found["reply_to"] = replies[0]
    elif replies:
        _, _, value = encode_mailboxes("Reply-To", replies).decode().partition(": ")
        found["headers"] = (*found.get("headers", ()), ("Reply-To", value.replace("\r\n", "")))
    return replies
