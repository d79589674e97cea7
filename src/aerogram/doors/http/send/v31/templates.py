"""What a message takes from the template that its TemplateID names.

A template is the lowest layer of defaults: From, Subject and ReplyTo come from it unless the call sets
them, and its parts replace those of the call (facts: SEND.md A4, A10). What it brings is read and
checked like the caller's own values, so nothing is accepted that cannot be composed later.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from aerogram.base.ids import MAX_ID
from aerogram.doors.http.send.shared import errors as mistakes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aerogram.content.templates import StoredTemplate
    from aerogram.doors.http.send.shared.errors import Mistake
    from aerogram.doors.http.send.shared.names import JsonObject


class Templates(Protocol):
    """What is asked of `aerogram.content.templates.Templates`."""

    async def find(self, account_id: int, template_id: int) -> StoredTemplate | None:
        """Give a template that the account may use; None when there is none with this id."""
        ...


Found = dict[int, "StoredTemplate | None"]
"""The templates of a call by their ids; None for an id that the account has no template of."""


def wanted_id(message: JsonObject) -> int | None:
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


def faults_of(message: JsonObject, template: StoredTemplate) -> list[Mistake]:
    """Tell what ``AdvanceErrorHandling`` finds in a message with a template; without it all of this passes."""
    told = [mistake for name, content, mistake in _parts_of(template) if content and message.get(name)]
    if template.faults:
        told.append(mistakes.TEMPLATE_HEADER)
    return told


def template_of(message: JsonObject, templates: Mapping[int, StoredTemplate | None]) -> StoredTemplate | None:
    """Give the template that a message names; None when it names none that is known."""
    template_id = wanted_id(message)
    return None if template_id is None else templates.get(template_id)


def _has_reply_header(headers: object) -> bool:
    """Tell whether the call itself says, by a header, where answers go."""
    return isinstance(headers, dict) and any(name.lower() == "reply-to" for name in headers)


def _parts_of(template: StoredTemplate) -> tuple[tuple[str, str | None, Mistake], ...]:
    """Give the parts of a template, each with its property and what is wrong when the call has it too."""
    return (
        ("HTMLPart", template.html, mistakes.HTML_IN_TEMPLATE),
        ("TextPart", template.text, mistakes.TEXT_IN_TEMPLATE),
    )
