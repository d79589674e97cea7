"""A message that was read without mistakes, on its way to a submission."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from aerogram.content.treat import Asked, treatment_of
from aerogram.model.message import ContentKind, Rank, Recipient, Role, Submission
from aerogram.model.treatment import NOBODY, Personal
from aerogram.wire.address import needs_smtputf8

if TYPE_CHECKING:
    from aerogram.model.account import Principal
    from aerogram.model.treatment import Treatment
    from aerogram.wire.mime.parts import Mailbox, Parts

DOOR: Final = "v3"
"""How the record of a message names this way in."""

_ENCODER: Final = msgspec.json.Encoder()


class Addressee(msgspec.Struct, frozen=True):
    """Who gets the mail, and the values of Vars that are for this one alone."""

    mailbox: Mailbox
    role: Role = Role.TO
    variables: dict[str, Any] = {}

    def recipient(self, treatment: Treatment) -> Recipient:
        """Give the recipient, with what is known of it as far as its mail has a use for that."""
        name = self.mailbox.name if treatment.is_personal else ""
        variables = self.variables if treatment.has_marks or treatment.has_language else {}
        personal = Personal(name, variables) if name or variables else NOBODY
        return Recipient(self.mailbox.email, self.role, personal=personal)


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A message of a call. It may be sent when its senders are allowed and its category is known."""

    where: str
    """Names it in a refusal, as ``Messages[3]``; "" for the only message of a call."""
    parts: Parts
    """The mail. Its To is empty when each recipient gets a mail of its own."""
    addressees: tuple[Addressee, ...]
    replies: tuple[Mailbox, ...]
    """The addresses of Reply-To among the headers."""
    custom_id: str
    event_payload: str
    campaign: str
    rank: Rank
    asked: Asked

    @property
    def from_email(self) -> str:
        """The address of From."""
        return self.parts.sender_from.email

    @property
    def sender_email(self) -> str:
        """The address of Sender; "" when there is none."""
        return "" if self.parts.sender is None else self.parts.sender.email

    def submission(self, principal: Principal, transcript: str) -> Submission:
        """Give what is asked to be made durable."""
        parts = self.parts
        has_html = parts.html is not None
        bodies = (parts.text or "", parts.html or "")
        treatment = treatment_of(
            self.asked, principal.defaults, bodies, has_html=has_html, subject=parts.subject
        )
        return Submission(
            account_id=principal.account_id,
            door=DOOR,
            envelope_from=self.sender_email or self.from_email,
            recipients=tuple([addressee.recipient(treatment) for addressee in self.addressees]),
            kind=ContentKind.PARTS,
            body=_ENCODER.encode(parts),
            from_email=self.from_email,
            subject=parts.subject,
            custom_id=self.custom_id,
            event_payload=self.event_payload,
            campaign=self.campaign,
            rank=self.rank,
            has_text=parts.text is not None or treatment.makes_text,
            has_html=has_html,
            attachment_count=len(parts.attachments) + len(parts.inlined),
            smtputf8=self._needs_smtputf8(),
            transcript=transcript,
            treatment=treatment,
        )

    def _needs_smtputf8(self) -> bool:
        """Tell whether an address that a mail may show has a local part beyond ASCII (RFC 6531)."""
        parts = self.parts
        shown = [addressee.mailbox for addressee in self.addressees if addressee.role is not Role.BCC]
        named = (parts.sender_from, parts.sender, parts.reply_to, *self.replies, *shown)
        return any(box is not None and not box.email.isascii() and needs_smtputf8(box.email) for box in named)
