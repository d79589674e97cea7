"""Apply the template of TemplateID to a message.

From, Subject and ReplyTo come from it unless the call sets them, and its parts replace those of the call
(compatibility: send-v31#templates); see `aerogram.doors.http.send.shared.templates`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aerogram.base.ids import MAX_ID
from aerogram.doors.http.send.v31 import errors

if TYPE_CHECKING:
    from aerogram.content.templates.templates import StoredTemplate
    from aerogram.doors.http.send.shared.errors import SendError
    from aerogram.doors.http.send.shared.names import JsonObject


def wanted(message: JsonObject) -> int | None:
    """Return the TemplateID of a message; None if missing or invalid."""
    template_id = message.get("TemplateID")
    is_id = isinstance(template_id, int) and not isinstance(template_id, bool) and 0 < template_id <= MAX_ID
    return template_id if is_id else None


def filled(message: JsonObject, template: StoredTemplate) -> JsonObject:
    """Merge the template into the message. An empty Subject or part of the call counts as missing."""
    brought: JsonObject = {}
    if template.from_email:
        brought["From"] = {"Email": template.from_email, "Name": template.from_name}
    if template.reply_to is not None and not _has_reply_header(message.get("Headers")):
        brought["ReplyTo"] = {"Email": template.reply_to.email, "Name": template.reply_to.name}
    if template.subject:
        brought["Subject"] = template.subject
    if template.makes_text:
        brought["AutoTextPart"] = True
    own = {name: value for name, value in message.items() if value is not None}
    if own.get("Subject") == "":
        del own["Subject"]
    for name, content, _ in _parts_of(template):
        if content and isinstance(own.get(name, ""), str):
            own[name] = content
    return brought | own


def contradictions(message: JsonObject, template: StoredTemplate) -> list[SendError]:
    """Return the errors of ``AdvanceErrorHandling`` for a message with a template."""
    noted = [error for name, content, error in _parts_of(template) if content and message.get(name)]
    if template.header_errors:
        noted.append(errors.TEMPLATE_HEADER)
    return noted


def _has_reply_header(headers: object) -> bool:
    """Return whether the call sets Reply-To with a header."""
    return isinstance(headers, dict) and any(name.lower() == "reply-to" for name in headers)


def _parts_of(template: StoredTemplate) -> tuple[tuple[str, str | None, SendError], ...]:
    """Return the parts of a template, each with its property and the error if the call sets it too."""
    return (
        ("HTMLPart", template.html, errors.HTML_IN_TEMPLATE),
        ("TextPart", template.text, errors.TEXT_IN_TEMPLATE),
    )
