"""What a message takes from the template that its TemplateID names.

From, Subject and ReplyTo come from it unless the call sets them, and its parts replace those of the call
(compatibility: send-v31#templates); see `aerogram.doors.http.send.shared.templates`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aerogram.base.ids import MAX_ID
from aerogram.doors.http.send.v31 import errors

if TYPE_CHECKING:
    from aerogram.content.templates import StoredTemplate
    from aerogram.doors.http.send.shared.errors import SendError
    from aerogram.doors.http.send.shared.names import JsonObject


def wanted(message: JsonObject) -> int | None:
    """Give the TemplateID of a message; None when it has none, or none that could be one."""
    template_id = message.get("TemplateID")
    is_id = isinstance(template_id, int) and not isinstance(template_id, bool) and 0 < template_id <= MAX_ID
    return template_id if is_id else None


def filled(message: JsonObject, template: StoredTemplate) -> JsonObject:
    """Give the message with what the template brings. An empty Subject or part of the call counts as absent."""
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
    """Give what ``AdvanceErrorHandling`` finds in a message with a template; without it all of this passes."""
    noted = [error for name, content, error in _parts_of(template) if content and message.get(name)]
    if template.header_errors:
        noted.append(errors.TEMPLATE_HEADER)
    return noted


def _has_reply_header(headers: object) -> bool:
    """Tell whether the call itself says, by a header, where answers go."""
    return isinstance(headers, dict) and any(name.lower() == "reply-to" for name in headers)


def _parts_of(template: StoredTemplate) -> tuple[tuple[str, str | None, SendError], ...]:
    """Give the parts of a template, each with its property and what is wrong when the call has it too."""
    return (
        ("HTMLPart", template.html, errors.HTML_IN_TEMPLATE),
        ("TextPart", template.text, errors.TEXT_IN_TEMPLATE),
    )
