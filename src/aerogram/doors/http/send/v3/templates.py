"""Apply the template of Mj-TemplateID to a message.

From and Subject come from it unless the call sets them, and its parts replace those of the call
(compatibility: send-v31#templates); see `aerogram.doors.http.send.shared.templates`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from aerogram.content.templates.templates import StoredTemplate
    from aerogram.doors.http.send.shared.names import JsonObject
    from aerogram.doors.http.send.shared.templates import Key

_BROUGHT: Final = frozenset({"FromEmail", "FromName", "Subject", "Html-part", "Text-part"})


def wanted(message: JsonObject) -> Key | None:
    """Return the key of the message's template; None if missing or invalid."""
    key = message.get("Mj-TemplateID")
    if isinstance(key, str):
        key = key.strip()
        return None if "\0" in key else key or None
    return key if isinstance(key, int) and not isinstance(key, bool) and key else None


def filled(message: JsonObject, template: StoredTemplate) -> JsonObject:
    """Merge the template into the message; an empty text of the call counts as missing."""
    own = {
        name: value
        for name, value in message.items()
        if value is not None and not (value == "" and name in _BROUGHT)
    }
    if "FromEmail" not in own and template.from_email:
        own["FromEmail"] = template.from_email
        own.setdefault("FromName", template.from_name)
    own.setdefault("Subject", template.subject)
    for name, content in (("Html-part", template.html), ("Text-part", template.text)):
        if content and isinstance(own.get(name, ""), str):
            own[name] = content
    return own
