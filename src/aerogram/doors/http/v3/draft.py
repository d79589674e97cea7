"""A message that was read without mistakes, on its way to a submission."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from aerogram.model.message import Rank, Recipient, Role
from aerogram.model.request import MailRequest
from aerogram.model.treatment import NOBODY, Personal
from aerogram.wire.address import needs_smtputf8

if TYPE_CHECKING:
    from aerogram.model.actor import Actor
    from aerogram.model.request import Asked
    from aerogram.wire.mime.parts import Mailbox, Parts


class Addressee(msgspec.Struct, frozen=True):
    """Who gets the mail, and the values of Vars that are for this one alone."""

    mailbox: Mailbox
    role: Role = Role.TO
    variables: dict[str, Any] = {}

    @property
    def recipient(self) -> Recipient:
        """The recipient, with all that is known of it."""
        name, variables = self.mailbox.name, self.variables
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

    def request(self, actor: Actor, transcript: str) -> MailRequest:
        """Give what is asked for."""
        parts = self.parts
        return MailRequest(
            actor=actor,
            authors=(self.from_email,),
            sender=self.sender_email,
            reverse_path=self.sender_email or self.from_email,
            recipients=tuple([addressee.recipient for addressee in self.addressees]),
            content=parts,
            texts=(parts.text or "", parts.html or ""),
            options=self.asked,
            custom_id=self.custom_id,
            event_payload=self.event_payload,
            campaign=self.campaign,
            rank=self.rank,
            smtputf8=self._needs_smtputf8(),
            transcript=transcript,
        )

    def _needs_smtputf8(self) -> bool:
        """Tell whether an address that a mail may show has a local part beyond ASCII (RFC 6531)."""
        parts = self.parts
        shown = [addressee.mailbox for addressee in self.addressees if addressee.role is not Role.BCC]
        named = (parts.sender_from, parts.sender, parts.reply_to, *self.replies, *shown)
        return any(box is not None and not box.email.isascii() and needs_smtputf8(box.email) for box in named)
