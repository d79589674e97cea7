"""The mail that asks an address's owner to confirm it: to this address alone, and without anything typed in.

It is ours, unless the widget names a template that has the link: ``{{var:confirmation_link}}``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from aerogram.model.message import ContentKind, Rank, Recipient, Submission
from aerogram.model.treatment import PLAIN, SANDBOXED, Treatment
from aerogram.wire.address import needs_smtputf8
from aerogram.wire.mime.parts import Mailbox, Parts

if TYPE_CHECKING:
    from aerogram.audience.signups import Form
    from aerogram.content.templates import StoredTemplate
    from aerogram.doors.sheets.sheet import Sheets

DOOR: Final = "signup"
LINK: Final = "confirmation_link"
"""The variable of a template that is the link."""
MAX_SUBJECT: Final = 255
"""Characters, as of every mail (facts: REST.md 13)."""

_encode: Final = msgspec.json.Encoder().encode


def confirmation(
    sheets: Sheets, form: Form, email: str, link: str, template: StoredTemplate | None = None
) -> Submission:
    """Write the mail; ``email`` is in the form to send with."""
    words = sheets.words[sheets.spoken(form.language)]
    who = form.sender_name or form.sender_email
    is_own = template is None or f"var:{LINK}" not in f"{template.html}{template.text}"
    subject = form.subject or (template.subject if template and not is_own else "") or words["mail_subject"]
    subject = " ".join(subject.split())[:MAX_SUBJECT]
    parts = Parts(
        sender_from=Mailbox(form.sender_email, form.sender_name),
        reply_to=Mailbox(form.reply_to) if form.reply_to else None,
        to=(Mailbox(email),),
        subject=subject,
        text=f"{who}\n\n{words['mail_heading']}:\n{link}\n\n{words['mail_ignore']}\n",
        html=sheets.fill("mail.html", form.language, subject=subject, who=who, link=link),
        headers=(("Auto-Submitted", "auto-generated"),),  # RFC 3834 §5: no program answers it.
    )
    treatment = SANDBOXED if form.is_sandboxed else PLAIN
    if template is not None and not is_own:
        parts = msgspec.structs.replace(parts, text=template.text, html=template.html)
        treatment = Treatment(
            variables={LINK: link},
            has_language=True,
            makes_text=template.makes_text and template.text is None,
            template_id=template.id,
            is_sandboxed=form.is_sandboxed,
        )
    return Submission(
        account_id=form.account_id,
        door=DOOR,
        envelope_from=form.sender_email,
        recipients=(Recipient(email),),
        kind=ContentKind.PARTS,
        body=_encode(parts),
        from_email=form.sender_email,
        subject=subject,
        rank=Rank.HIGH,
        has_text=parts.text is not None,
        has_html=parts.html is not None,
        smtputf8=needs_smtputf8(email) or needs_smtputf8(form.sender_email),
        treatment=treatment,
    )
