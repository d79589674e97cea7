"""What a message takes from the template that its Mj-TemplateID names.

A template is the lowest layer of defaults: From, Subject and Reply-To come from it unless the call sets
them, and its parts replace those of the call (facts: SEND.md A4, A10). What it brings is read and checked
like the caller's own values, so nothing is accepted that cannot be composed later.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from aerogram.doors.http.send.v3.values import template_id

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aerogram.content.templates import StoredTemplate
    from aerogram.doors.http.send.shared.names import JsonObject

Key = int | str
"""What Mj-TemplateID says: an id, a name, or digits that may be either."""


class Templates(Protocol):
    """What is asked of `aerogram.content.templates.Templates`."""

    async def find(self, account_id: int, template_id: int) -> StoredTemplate | None:
        """Give a template that the account may use; None when there is none with this id."""
        ...

    async def find_by_name(self, account_id: int, name: str) -> StoredTemplate | None:
        """Give a template that the account may use; None when there is none of this name."""
        ...


Found = dict[Key, "StoredTemplate | None"]
"""The templates of a call by the keys that it names them with."""


async def find(templates: Templates, account_id: int, key: Key) -> StoredTemplate | None:
    """Find the template that a key means: by its id, else by its name (facts: SEND.md B2)."""
    number = template_id(key)
    found = await templates.find(account_id, number) if number else None
    if found is None and isinstance(key, str):
        return await templates.find_by_name(account_id, key)
    return found


def wanted(message: JsonObject) -> Key | None:
    """Give the key of the template that a message names; None when it names none, or in no possible way."""
    key = message.get("Mj-TemplateID")
    if isinstance(key, str):
        key = key.strip()
        return None if "\0" in key else key or None
    return key if isinstance(key, int) and not isinstance(key, bool) and key else None


def template_of(message: JsonObject, found: Mapping[Key, StoredTemplate | None]) -> StoredTemplate | None:
    """Give the template that a message names; None when it names none that is known."""
    key = wanted(message)
    return None if key is None else found.get(key)


_BROUGHT: Final = frozenset({"FromEmail", "FromName", "Subject", "Html-part", "Text-part"})


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
