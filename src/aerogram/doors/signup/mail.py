"""The confirmation mail, sent only to the entered address and without other entered data.

It uses our own text, unless the widget has a template with the link: ``{{var:confirmation_link}}``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from aerogram.model.actor import system_actor
from aerogram.model.message import Rank, Recipient
from aerogram.model.request import NO_OPTIONS, MailRequest, RequestedOptions
from aerogram.wire.address import needs_smtputf8
from aerogram.wire.mime.parts import Mailbox, Parts

if TYPE_CHECKING:
    from aerogram.audience.signups import Form
    from aerogram.content.templates.templates import StoredTemplate
    from aerogram.doors.page_layout.layout import PageLayout

DOOR: Final = "signup"
LINK: Final = "confirmation_link"
"""The template variable with the confirmation link."""
MAX_SUBJECT: Final = 255
"""Maximum characters, as for every mail (compatibility: rest#limits)."""


def unwritten(form: Form, email: str) -> MailRequest:
    """Build the request without content, to authorise it first; ``email`` is in sending form."""
    return MailRequest(
        actor=system_actor(form.account_id, door=DOOR, is_sandboxed=form.is_sandboxed),
        authors=(form.sender_email,),
        reverse_path=form.sender_email,
        recipients=(Recipient(email),),
        content=None,
        rank=Rank.HIGH,
        smtputf8=needs_smtputf8(email) or needs_smtputf8(form.sender_email),
    )


def confirmation(
    layout: PageLayout, form: Form, request: MailRequest, link: str, template: StoredTemplate | None = None
) -> MailRequest:
    """Compose the mail of `unwritten`."""
    words = layout.words[layout.spoken(form.language)]
    who = form.sender_name or form.sender_email
    is_own = template is None or f"var:{LINK}" not in f"{template.html}{template.text}"
    subject = form.subject or (template.subject if template and not is_own else "") or words["mail_subject"]
    subject = " ".join(subject.split())[:MAX_SUBJECT]
    parts = Parts(
        sender_from=Mailbox(form.sender_email, form.sender_name),
        reply_to=Mailbox(form.reply_to) if form.reply_to else None,
        to=(Mailbox(request.recipients[0].email),),
        subject=subject,
        text=f"{who}\n\n{words['mail_heading']}:\n{link}\n\n{words['mail_ignore']}\n",
        html=layout.fill("mail.html", form.language, subject=subject, who=who, link=link),
        headers=(("Auto-Submitted", "auto-generated"),),  # RFC 3834 §5: prevents automatic replies.
    )
    options = NO_OPTIONS
    if template is not None and not is_own:
        parts = msgspec.structs.replace(parts, text=template.text, html=template.html)
        options = RequestedOptions(
            variables={LINK: link},
            has_language=True,
            makes_text=template.makes_text and template.text is None,
            template_id=template.id,
        )
    return msgspec.structs.replace(request, content=parts, options=options)
