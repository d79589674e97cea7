"""A message that was read, on its way to a submission."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from aerogram.content.treat import Asked, treatment_of
from aerogram.doors.http.send.shared.errors import RefusedCallError, SendError
from aerogram.doors.http.send.shared.limits import MAX_STORED_BYTES
from aerogram.model.message import Accepted, ContentKind, Rank, Recipient, Submission
from aerogram.model.treatment import NOBODY, Personal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aerogram.model.account import Principal
    from aerogram.model.treatment import Treatment
    from aerogram.wire.mime.parts import Parts

_PARTS: Final = ContentKind.PARTS
_ENCODER: Final = msgspec.json.Encoder()


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A message that was read. It may be sent when it has no ``errors`` and its senders are allowed."""

    door: str
    """How the record of a message names the version of the API."""
    where: str = ""
    """Names it in a refusal of v3, as ``Messages[3]``; "" for the only message of a call."""
    errors: tuple[SendError, ...] = ()
    parts: Parts | None
    """The mail; None when it could not be read whole. Its To is empty when each recipient gets a mail of
    its own."""
    recipients: tuple[Recipient, ...]
    """With all that is known of each."""
    from_email: str
    """The address of From, "" when it has none that is valid."""
    sender_email: str
    """The address of Sender, "" when there is none."""
    needs_smtputf8: bool
    """An address that the mail may show has a local part beyond ASCII (RFC 6531)."""
    custom_id: str
    event_payload: str
    campaign: str
    rank: Rank
    send_options: Asked

    @property
    def kept_length(self) -> int:
        """The length of what is stored beside the mail itself, of what has no limit of its own."""
        variables = len(_ENCODER.encode(self.send_options.variables)) if self.send_options.variables else 0
        return len(self.event_payload) + len(self.custom_id) + variables

    def sandbox_receipts(self) -> tuple[Accepted, ...]:
        """Give the receipts of a message that is checked and not sent: no id and no UUID."""
        return tuple([Accepted(recipient.email, 0, "") for recipient in self.recipients])

    def submission(self, principal: Principal, transcript: str) -> Submission:
        """Give what is asked to be made durable, of a draft without errors."""
        parts = self.parts
        if parts is None:
            raise ValueError("a message with errors cannot be submitted")
        has_html = parts.html is not None
        treatment = treatment_of(
            self.send_options,
            principal.defaults,
            (parts.text or "", parts.html or ""),
            has_html=has_html,
            subject=parts.subject,
        )
        return Submission(
            account_id=principal.account_id,
            door=self.door,
            envelope_from=self.sender_email or self.from_email,
            recipients=_addressed(self.recipients, treatment),
            kind=_PARTS,
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
            smtputf8=self.needs_smtputf8,
            transcript=transcript,
            treatment=treatment,
        )


def _addressed(recipients: tuple[Recipient, ...], treatment: Treatment) -> tuple[Recipient, ...]:
    """Give the recipients with what is known of each, as far as their mail has a use for it."""
    has_names, has_variables = treatment.is_personal, treatment.has_marks or treatment.has_language
    if not has_names:
        return tuple(
            [one if one.personal is NOBODY else Recipient(one.email, one.role) for one in recipients]
        )
    return tuple([one if has_variables else _without_variables(one) for one in recipients])


def _without_variables(recipient: Recipient) -> Recipient:
    name = recipient.personal.name
    if not recipient.personal.variables:
        return recipient
    return Recipient(recipient.email, recipient.role, personal=Personal(name) if name else NOBODY)


def submissions(
    drafts: Iterable[Draft], principal: Principal, transcript: str, too_large: SendError
) -> list[Submission]:
    """Turn drafts without errors into submissions of the caller.

    Globals and templates are in each of them now; a call that would be stored in too many bytes is refused
    whole, with ``too_large`` in a `RefusedCallError`.
    """
    asked = []
    stored_bytes = 0
    for draft in drafts:
        submission = draft.submission(principal, transcript)
        stored_bytes += len(submission.body) + draft.kept_length
        if stored_bytes > MAX_STORED_BYTES:
            raise RefusedCallError(too_large)
        asked.append(submission)
    return asked
