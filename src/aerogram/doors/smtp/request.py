"""Build the request to send a received mail."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from aerogram.base.pieces import is_found
from aerogram.content.language.merge_tags import may_unsubscribe
from aerogram.model.message import Recipient
from aerogram.model.request import MailRequest, Mime
from aerogram.wire.address import mailbox_key
from aerogram.wire.mime.writing.edit import texts_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aerogram.doors.smtp.controls import Controls
    from aerogram.model.actor import Actor
    from aerogram.model.request import RequestedOptions
    from aerogram.wire.mime.reading.scan import Scan
    from aerogram.wire.smtp.server.events import Envelope, RcptTo

_UNSUBSCRIBE_TAG: Final = re.compile(
    rb"(?:\[|=5B)(?:=[ \t]{0,998}+\r\n)?(?:\[|=5B)"
    rb"(?:=[ \t]{0,998}+\r\n|\s|=20|=A0|=C2=A0|\xa0|\xc2\xa0|&nbsp;){0,20}(?:U|=[57]5)",
    re.IGNORECASE,
)
"""The start of ``[[UNSUB`` with blanks; quoted-printable may encode each character, and break a line anywhere
(RFC 2045 §6.7)."""
_LONGEST: Final = 32 * 1024
"""More octets than `_UNSUBSCRIBE_TAG` needs: 21 soft line breaks of at most 1,001 octets (RFC 5322 §2.1.1)."""
_find_quoted: Final = re.compile(rb"=5[Bb]").search
_IN_BASE64: Final = (b"VU5T", b"TlNV", b"U1VC")
"""``UNSUB`` in base64, at each of its three possible offsets: ``UNS``, ``NSU``, ``SUB``."""


def request_of(
    actor: Actor, envelope: Envelope, found: Scan, controls: Controls, transcript: str
) -> MailRequest:
    """Build the request to send a mail. SMTP has no recipient names, so each is only an address.

    A mailbox that RCPT named several times, in whatever case, is one recipient; its first RCPT counts.

    A template that its headers name is not included yet: see `aerogram.doors.smtp.stored_references.StoredReferences`.
    """
    shape = found.shape
    return MailRequest(
        actor=actor,
        authors=tuple([mailbox.email for mailbox in found.from_mailboxes]),
        reverse_path=envelope.reverse_path,
        recipients=tuple(
            [
                Recipient(each.forward_path, notify=each.notify, orcpt=each.orcpt)
                for each in _distinct(envelope.recipients)
            ]
        ),
        content=Mime(
            data=found.data,
            subject=found.subject,
            has_text=shape.has_text,
            has_html=shape.has_html,
            has_editable_html=shape.has_editable_html,
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


def _distinct(recipients: Sequence[RcptTo]) -> Sequence[RcptTo]:
    if len(recipients) == 1:
        return recipients
    by_mailbox: dict[str, RcptTo] = {}
    for recipient in recipients:
        by_mailbox.setdefault(mailbox_key(recipient.forward_path), recipient)
    return tuple(by_mailbox.values())


def texts_for(asked: RequestedOptions, found: Scan) -> tuple[str, ...]:
    """Return the texts in which merge tags are replaced, and those in which they should be and cannot.

    A mail requests this with variables, the template language, a template or the merge tag of the unsubscribe
    link. Other mail is left unchanged, so that it may quote ``[[var:name]]``.
    """
    if asked.variables or asked.has_language or asked.template_id:
        return _texts(found)
    if _may_unsubscribe(found):
        texts = _texts(found)
        if any(map(may_unsubscribe, texts)):
            return texts
    return ()


def _texts(found: Scan) -> tuple[str, ...]:
    texts = texts_of(found.data)
    return (*(body.text for body in texts.bodies), *(text.text for text in texts.uneditable))


def _may_unsubscribe(found: Scan) -> bool:
    """Check cheaply whether the bodies may contain the unsubscribe tag and need decoding."""
    data, shape = found.data, found.shape
    start, end = found.body_start, shape.bodies_end
    # Search for one character first: that is several times faster, and most mail has none.
    may_quote = shape.has_quoted_body and _find_quoted(data, start, end) is not None
    if (may_quote or data.find(b"[", start, end) >= 0) and is_found(
        _UNSUBSCRIBE_TAG, data, _LONGEST, start, end
    ):
        return True
    if not shape.has_base64_body:
        return shape.is_opaque
    # Lines may end within a group of four.
    digits = data[start:end].translate(None, b"\r\n \t")
    return shape.is_opaque or any(piece in digits for piece in _IN_BASE64)
