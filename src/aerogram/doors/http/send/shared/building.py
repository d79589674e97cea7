"""Build parsed messages from their fields, for both versions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aerogram.doors.http.send.shared.duplicates import distinct
from aerogram.doors.http.send.shared.options import send_options
from aerogram.doors.http.send.shared.parsed_message import ParsedMessage
from aerogram.model.message import Rank, Recipient, RecipientRole
from aerogram.model.send_options import NOBODY, Personal
from aerogram.wire.address import needs_smtputf8
from aerogram.wire.mime.parts import Mailbox, Parts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aerogram.content.templates.templates import StoredTemplate
    from aerogram.doors.http.send.shared.errors import SendError
    from aerogram.doors.http.send.shared.properties import Fields, Properties

_ROLES: Final = (("to", RecipientRole.TO), ("cc", RecipientRole.CC), ("bcc", RecipientRole.BCC))

_RANK: Final = Rank.HIGH
"""The default priority."""

_Bodies = tuple[str | None, str | None]
"""Text and HTML parts."""


def parsed_message_of(
    found: Fields,
    *,
    table: Properties,
    where: str = "",
    errors: Sequence[SendError] = (),
    replies: tuple[Mailbox, ...] = (),
    template: StoredTemplate | None = None,
) -> ParsedMessage:
    """Build a message from its parsed fields.

    ``replies`` are the addresses of a Reply-To among its headers; ``template`` is its stored template.
    """
    sender_from, sender = _from(found), found.get("sender")
    bodies = _bodies(found)
    individuals = found.get("individuals", ())
    entries = recipients = individuals or _recipients(found)
    places: tuple[int, ...] = ()
    if len(entries) > 1:
        recipients, places = distinct(entries)
        if individuals:
            found["individuals"] = individuals = recipients
    parts = None if errors or sender_from is None else _parts(sender_from, bodies, found)
    return ParsedMessage(
        where=where,
        errors=tuple(errors),
        parts=parts,
        recipients=recipients,
        entries=entries,
        places=places,
        from_email="" if sender_from is None else sender_from.email,
        sender_email="" if sender is None else sender.email,
        needs_smtputf8=_needs_smtputf8((sender_from, sender, found.get("reply_to"), *replies), recipients),
        custom_id=found.get("custom_id", ""),
        event_payload=found.get("event_payload", ""),
        campaign=found.get("campaign", ""),
        rank=found.get("rank", _RANK),
        send_options=send_options(
            table.options(found),
            template,
            has_text=bodies[0] is not None,
            is_individual=len(individuals) > 1,
        ),
    )


def _from(found: Fields) -> Mailbox | None:
    """Return From; v3's separate name property overrides a name in the address."""
    box: Mailbox | None = found.get("sender_from")
    name = found.get("from_name")
    return Mailbox(box.email, name) if box is not None and name else box


def _recipients(found: Fields) -> tuple[Recipient, ...]:
    to = found.get("to", ())
    if len(to) == 1 and "cc" not in found and "bcc" not in found:
        # Most messages; a loop over one element takes twice as long.
        [box] = to
        return (Recipient(box.email, personal=Personal(box.name) if box.name else NOBODY),)
    return tuple(
        [
            Recipient(box.email, role, personal=Personal(box.name) if box.name else NOBODY)
            for field, role in _ROLES
            for box in found.get(field, ())
        ]
    )


def _parts(sender_from: Mailbox, bodies: _Bodies, found: Fields) -> Parts:
    """Return the parts of the mail, without To if several recipients each get a separate mail."""
    to: tuple[Mailbox, ...] = found.get("to", ())
    individuals: tuple[Recipient, ...] = found.get("individuals", ())
    if len(individuals) == 1:
        # A single recipient goes into To, and the mail need not be composed per recipient.
        to = (Mailbox(individuals[0].email, individuals[0].personal.name),)
    text, html = bodies
    return Parts(
        sender_from=sender_from,
        sender=found.get("sender"),
        reply_to=found.get("reply_to"),
        to=to,
        cc=found.get("cc", ()),
        subject=found.get("subject", ""),
        text=text,
        html=html,
        attachments=found.get("attachments", ()),
        inlined=found.get("inlined", ()),
        headers=found.get("headers", ()),
    )


def _bodies(found: Fields) -> _Bodies:
    """Return text and HTML. An empty part counts as missing, unless no other part would be left."""
    text, html = found.get("text") or None, found.get("html") or None
    return ("", None) if text is None and html is None else (text, html)


def _needs_smtputf8(boxes: Sequence[Mailbox | None], recipients: Sequence[Recipient]) -> bool:
    """Return whether an address in the headers has a non-ASCII local part (RFC 6531)."""
    for box in boxes:
        if box is not None and not box.email.isascii() and needs_smtputf8(box.email):
            return True
    for recipient in recipients:
        email = recipient.email
        if not email.isascii() and recipient.role is not RecipientRole.BCC and needs_smtputf8(email):
            return True
    return False
