"""A message that was read, on its way to a submission."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from aerogram.doors.http.send.shared.errors import RefusedCallError, SendError
from aerogram.doors.http.send.shared.limits import MAX_STORED_BYTES
from aerogram.model.decision import Refuse
from aerogram.model.message import Accepted, Rank, Recipient
from aerogram.model.request import MailRequest
from aerogram.submission.request import submission_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from aerogram.model.actor import Actor
    from aerogram.model.decision import Decision
    from aerogram.model.message import Submission
    from aerogram.model.request import RequestedOptions
    from aerogram.wire.mime.parts import Parts

_encode: Final = msgspec.json.Encoder().encode


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A message that was read. It may be sent when it has no ``errors`` and its senders are allowed."""

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
    send_options: RequestedOptions

    def sandbox_receipts(self) -> tuple[Accepted, ...]:
        """Give the receipts of a message that is checked and not sent: no id and no UUID."""
        return tuple([Accepted(recipient.email, 0, "") for recipient in self.recipients])

    def request(self, actor: Actor, transcript: str) -> MailRequest:
        """Give what is asked for; with errors, no more than what is needed to authorise it."""
        parts = self.parts
        return MailRequest(
            actor=actor,
            authors=(self.from_email,) if self.from_email else (),
            sender=self.sender_email,
            reverse_path=self.sender_email or self.from_email,
            recipients=self.recipients,
            content=parts,
            texts=() if parts is None else (parts.text or "", parts.html or ""),
            options=self.send_options,
            custom_id=self.custom_id,
            event_payload=self.event_payload,
            campaign=self.campaign,
            rank=self.rank,
            smtputf8=self.needs_smtputf8,
            transcript=transcript,
        )


def submissions(
    messages: Iterable[tuple[MailRequest, Decision, Sequence[SendError]]], too_large: SendError
) -> list[Submission]:
    """Turn those messages of a call that have no errors and are not refused into submissions.

    Globals and templates are in each of them now; a call that would be stored in too many bytes is refused
    whole, with ``too_large`` in a `RefusedCallError`.
    """
    submitted = []
    stored_bytes = 0
    for request, decision, errors in messages:
        if errors or isinstance(decision, Refuse):
            continue
        submission = submission_of(request, decision)
        stored_bytes += len(submission.body) + _kept_length(request)
        if stored_bytes > MAX_STORED_BYTES:
            raise RefusedCallError(too_large)
        submitted.append(submission)
    return submitted


def _kept_length(request: MailRequest) -> int:
    """Give the length of what is stored beside the mail itself, of what has no limit of its own."""
    variables = request.options.variables
    return len(request.event_payload) + len(request.custom_id) + (len(_encode(variables)) if variables else 0)
