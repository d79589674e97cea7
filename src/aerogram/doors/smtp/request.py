"""Build the request to send a received mail."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from aerogram.content.language.merge_tags import may_unsubscribe
from aerogram.model.message import Recipient
from aerogram.model.request import MailRequest, Mime
from aerogram.wire.address import mailbox_key
from aerogram.wire.mime.writing.edit import bodies_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aerogram.doors.smtp.controls import Controls
    from aerogram.model.actor import Actor
    from aerogram.model.request import RequestedOptions
    from aerogram.wire.mime.reading.scan import Scan
    from aerogram.wire.smtp.server.events import Envelope, RcptTo

_find_unsubscribe_tag: Final = re.compile(
    rb"\[(?:=\r\n)?\[(?:=\r\n|\s|=20|=A0|=C2=A0|\xa0|\xc2\xa0|&nbsp;){0,20}U", re.IGNORECASE
).search
"""The start of ``[[UNSUB`` with blanks; quoted-printable may break a line anywhere (RFC 2045 §6.7 (5))."""
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
    """Return the bodies in which merge tags are replaced.

    A mail requests this with variables, the template language, a template or the merge tag of the unsubscribe
    link. Other mail is left unchanged, so that it may quote ``[[var:name]]``.
    """
    if asked.variables or asked.has_language or asked.template_id:
        return tuple(body.text for body in bodies_of(found.data))
    if _may_unsubscribe(found):
        texts = tuple(body.text for body in bodies_of(found.data))
        if any(map(may_unsubscribe, texts)):
            return texts
    return ()


def _may_unsubscribe(found: Scan) -> bool:
    """Check cheaply whether the bodies may contain the unsubscribe tag and need decoding."""
    data, shape = found.data, found.shape
    start, end = found.body_start, shape.bodies_end
    # Search for one character first: that is several times faster, and most mail has none.
    if data.find(b"[", start, end) >= 0 and _find_unsubscribe_tag(data, start, end) is not None:
        return True
    return shape.has_base64_body and any(data.find(piece, start, end) >= 0 for piece in _IN_BASE64)
