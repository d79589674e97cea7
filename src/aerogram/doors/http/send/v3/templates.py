"""What a message takes from the template that its Mj-TemplateID names.

From and Subject come from it unless the call sets them, and its parts replace those of the call
(compatibility: send-v31#templates); see `aerogram.doors.http.send.shared.templates`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from aerogram.content.templates import StoredTemplate
    from aerogram.doors.http.send.shared.names import JsonObject
    from aerogram.doors.http.send.shared.templates import Key

_BROUGHT: Final = frozenset({"FromEmail", "FromName", "Subject", "Html-part", "Text-part"})


def wanted(message: JsonObject) -> Key | None:
    """Give the key of the template that a message names; None when it names none, or in no possible way."""
    key = message.get("Mj-TemplateID")
    if isinstance(key, str):
        key = key.strip()
        return None if "\0" in key else key or None
    return key if isinstance(key, int) and not isinstance(key, bool) and key else None


def filled(message: JsonObject, template: StoredTemplate) -> JsonObject:
    """Give the message with what the template brings; an empty text of the call counts as absent."""
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
