"""From a mail that was read to what is made durable."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from aerogram.content.treat import NOTHING, UNSUBSCRIBE_MARK, treatment_of
from aerogram.model.account import NO_DEFAULTS
from aerogram.model.message import ContentKind, Recipient, Submission
from aerogram.model.treatment import PLAIN, Treatment
from aerogram.wire.mime.edit import bodies_of

if TYPE_CHECKING:
    from aerogram.content.treat import Asked
    from aerogram.doors.smtp.controls import Controls
    from aerogram.model.account import Principal, SendDefaults
    from aerogram.wire.mime.scan import Scan
    from aerogram.wire.smtp.events import Envelope

DOOR: Final = "smtp"
"""How the record of a message names this way in."""
_find_mark: Final = re.compile(rb"\[(?:=\r\n)?\[(?:=\r\n)?U").search
"""The beginning of ``[[UNSUB``; quoted-printable may break a line anywhere (RFC 2045 §6.7 (5))."""
_IN_BASE64: Final = (b"W1tV", b"W1VO", b"VU5T")
"""What ``[[UNSUB`` is in base64, at each of the three places where it may begin: ``[[U``, ``[UN``, ``UNS``."""


def submission_of(
    principal: Principal, envelope: Envelope, found: Scan, controls: Controls, transcript: str
) -> Submission:
    """Say what is to be made durable. SMTP knows no names of recipients, so each is an address only."""
    recipients = {recipient.path: recipient for recipient in envelope.recipients}
    shape = found.shape
    return Submission(
        account_id=principal.account_id,
        door=DOOR,
        envelope_from=envelope.reverse_path,
        recipients=tuple(
            Recipient(path, notify=recipient.notify, orcpt=recipient.orcpt)
            for path, recipient in recipients.items()
        ),
        kind=ContentKind.MIME,
        body=found.data,
        from_email=found.from_email,
        subject=found.subject,
        custom_id=controls.custom_id,
        event_payload=controls.event_payload,
        campaign=controls.campaign,
        rank=controls.rank,
        has_text=shape.has_text,
        has_html=shape.has_html,
        attachment_count=shape.attachment_count,
        smtputf8=envelope.smtputf8,
        dsn_ret=envelope.dsn_ret,
        dsn_envid=envelope.dsn_envid,
        transcript=transcript,
        treatment=treatment_for(controls.asked, principal.defaults, found),
    )


def treatment_for(asked: Asked, defaults: SendDefaults, found: Scan) -> Treatment:
    """Decide the treatment of a mail.

    Marks are filled in where the mail asks for it: by variables, the template language, a template, or
    by bearing the mark of the unsubscribe link. Any other mail arrives as it was written, so that one
    may quote ``[[var:name]]``.
    """
    if asked.variables or asked.has_language or asked.template_id:
        texts = tuple(body.text for body in bodies_of(found.data))
    elif _may_unsubscribe(found):
        texts = tuple(body.text for body in bodies_of(found.data))
        if not any(UNSUBSCRIBE_MARK in text for text in texts):
            texts = ()
    elif asked is NOTHING and defaults == NO_DEFAULTS:
        return PLAIN
    else:
        texts = ()
    return treatment_of(asked, defaults, texts, has_html=found.shape.has_html, subject=found.subject)


def _may_unsubscribe(found: Scan) -> bool:
    """Tell cheaply, for every mail, whether its bodies are worth decoding for the unsubscribe mark."""
    data, shape = found.data, found.shape
    start, end = found.body_start, shape.bodies_end
    # Looking for one character comes first: it is several times as fast, and most mails have none.
    if data.find(b"[", start, end) >= 0 and _find_mark(data, start, end) is not None:
        return True
    return shape.has_base64_body and any(data.find(piece, start, end) >= 0 for piece in _IN_BASE64)
