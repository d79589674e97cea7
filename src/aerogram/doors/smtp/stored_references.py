"""Load the templates that control headers name."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import msgspec

from aerogram.base.ids import MAX_ID
from aerogram.doors.smtp.controls import ControlsError
from aerogram.wire.mime.headers import encode_mailboxes
from aerogram.wire.mime.reading.fields import end_of_head
from aerogram.wire.mime.reading.scan import Scan, scan
from aerogram.wire.mime.writing.edit import set_subject
from aerogram.wire.mime.writing.replace import with_content

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aerogram.content.templates.templates import StoredTemplate, Templates
    from aerogram.doors.smtp.controls import Controls


class StoredReferences:
    """Finds the template that a mail names and inserts its content."""

    def __init__(self, templates: Templates) -> None:
        self._templates = templates

    async def resolve(
        self, account_id: int, found: Scan, controls: Controls, errors: Iterable[str] = ()
    ) -> tuple[Scan, Controls]:
        """Return the mail with its template's content, parsed again, and its controls with the template's id.

        ``errors`` are lines about other headers, to report together with errors found here. Raises
        `ControlsError` for them and for unknown objects, `MailError` for a template that does not fit into a
        mail, and `UnavailableError` if the store is not available.
        """
        wrong: list[str] = []
        template = None
        if controls.template:
            template = await self._template(account_id, controls.template)
            if template is None:
                wrong.append(f"X-MJ-TemplateID: the account has no template {controls.template!r}")
            elif not template.html and not template.text:
                wrong.append(f"X-MJ-TemplateID: template {controls.template!r} has neither text nor HTML")
        wrong += errors
        if wrong:
            raise ControlsError("\n".join(wrong))
        if template is None:
            return found, controls
        asked = msgspec.structs.replace(
            controls.asked, template_id=template.id, makes_text=template.makes_text
        )
        # The mail may be large, and the event loop must not wait for it.
        filled = await asyncio.to_thread(lambda: scan(_filled(found, template)))
        return filled, msgspec.structs.replace(controls, asked=asked)

    async def _template(self, account_id: int, named: str) -> StoredTemplate | None:
        """Find a template by id, or else by name: a name may be a number too."""
        if named.isascii() and named.isdigit() and int(named) <= MAX_ID:
            found = await self._templates.find(account_id, int(named))
            if found is not None:
                return found
        return await self._templates.find_by_name(account_id, named)


def _filled(found: Scan, template: StoredTemplate) -> bytes:
    """Insert the template's content; Subject and Reply-To of the mail override the template's."""
    mail = with_content(found.data, template.text, template.html)
    if template.subject and not found.subject:
        mail = set_subject(mail, template.subject)
    if template.reply_to is not None and not found.has_reply_to:
        head_end, _ = end_of_head(mail)
        mail = mail[:head_end] + encode_mailboxes("Reply-To", (template.reply_to,)) + mail[head_end:]
    return mail
