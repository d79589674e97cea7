"""From a mail that was read to what it asks for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from aerogram.content.send_options import UNSUBSCRIBE_TAG
from aerogram.model.message import Recipient
from aerogram.model.request import MailRequest, Mime
from aerogram.wire.mime.writing.edit import bodies_of

if TYPE_CHECKING:
    from aerogram.doors.smtp.controls import Controls
    from aerogram.model.actor import Actor
    from aerogram.model.request import RequestedOptions
    from aerogram.wire.mime.reading.scan import Scan
    from aerogram.wire.smtp.server.events import Envelope

_find_mark: Final = re.compile(rb"\[(?:=\r\n)?\[(?:=\r\n)?U").search
"""The beginning of ``[[UNSUB``; quoted-printable may break a line anywhere (RFC 2045 §6.7 (5))."""
_IN_BASE64: Final = (b"W1tV", b"W1VO", b"VU5T")
"""What ``[[UNSUB`` is in base64, at each of the three places where it may begin: ``[[U``, ``[UN``, ``UNS``."""


def request_of(
    actor: Actor, envelope: Envelope, found: Scan, controls: Controls, transcript: str
) -> MailRequest:
    """Say what a mail asks for. SMTP knows no names of recipients, so each is an address only.

    The template that its headers may name is not in it yet: see `aerogram.doors.smtp.stored_references.StoredReferences`.
    """
    recipients = {recipient.forward_path: recipient for recipient in envelope.recipients}
    shape = found.shape
    return MailRequest(
        actor=actor,
        authors=tuple([mailbox.email for mailbox in found.from_mailboxes]),
        reverse_path=envelope.reverse_path,
        recipients=tuple(
            [
                Recipient(path, notify=recipient.notify, orcpt=recipient.orcpt)
                for path, recipient in recipients.items()
            ]
        ),
        content=Mime(
            data=found.data,
            subject=found.subject,
            has_text=shape.has_text,
            has_html=shape.has_html,
            attachment_count=shape.attachment_count,
        ),
        texts=texts_for(controls.asked, found),
        options=controls.asked,
        custom_id=controls.custom_id,
        event_payload=controls.event_payload,
        campaign=controls.campaign,
        rank=controls.rank,
        smtputf8=envelope.smtputf8,
        dsn_ret=envelope.dsn_ret,
        dsn_envid=envelope.dsn_envid,
        transcript=transcript,
    )


def texts_for(asked: RequestedOptions, found: Scan) -> tuple[str, ...]:
    """Give the bodies in which merge tags are looked for.

    They are filled in where the mail asks for it: by variables, the template language, a template, or
    by bearing the tag of the unsubscribe link. Any other mail arrives as it was written, so that one
    may quote ``[[var:name]]``.
    """
    if asked.variables or asked.has_language or asked.template_id:
        return tuple(body.text for body in bodies_of(found.data))
    if _may_unsubscribe(found):
        texts = tuple(body.text for body in bodies_of(found.data))
        if any(UNSUBSCRIBE_TAG in text for text in texts):
            return texts
    return ()


def _may_unsubscribe(found: Scan) -> bool:
    """Tell cheaply, for every mail, whether its bodies are worth decoding for the unsubscribe mark."""
    data, shape = found.data, found.shape
    start, end = found.body_start, shape.bodies_end
    # Looking for one character comes first: it is several times as fast, and most mails have none.
    if data.find(b"[", start, end) >= 0 and _find_mark(data, start, end) is not None:
        return True
    return shape.has_base64_body and any(data.find(piece, start, end) >= 0 for piece in _IN_BASE64)
