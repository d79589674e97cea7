"""A parsed message, before it becomes a submission."""

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


class ParsedMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A parsed message. It may be sent if it has no ``errors`` and its senders are allowed."""

    where: str = ""
    """The name of the message in a v3 error, such as ``Messages[3]``; "" for a single message."""
    errors: tuple[SendError, ...] = ()
    parts: Parts | None
    """The mail; None if it has errors. Its To is empty if each recipient gets a separate mail."""
    recipients: tuple[Recipient, ...]
    """The recipients with names and variables, each mailbox once."""
    entries: tuple[Recipient, ...]
    """The recipients as the call has them, for the answer."""
    places: tuple[int, ...] = ()
    """For each entry the index of its recipient; () when they are the same."""
    from_email: str
    """The address of From; "" if missing or invalid."""
    sender_email: str
    """The address of Sender; "" if missing."""
    needs_smtputf8: bool
    """An address in the headers has a non-ASCII local part (RFC 6531)."""
    custom_id: str
    event_payload: str
    campaign: str
    rank: Rank
    send_options: RequestedOptions

    def refused_with(self, errors: Sequence[SendError]) -> ParsedMessage:
        """Return the message with further errors, before its own."""
        return msgspec.structs.replace(self, errors=(*errors, *self.errors), parts=None)

    def sandbox_receipts(self) -> tuple[Accepted, ...]:
        """Return the receipts of a sandbox message: no id and no UUID."""
        return tuple([Accepted(recipient.email, 0, "") for recipient in self.recipients])

    def receipts_of_entries(self, receipts: Sequence[Accepted]) -> Sequence[Accepted]:
        """Return the receipt of each entry, with the address as the entry has it, from those of the recipients."""
        # A call that an older version accepted has, when it is repeated, a receipt for each entry.
        if not self.places or len(receipts) == len(self.entries):
            return receipts
        found = [receipts[place] for place in self.places]
        return [
            Accepted(entry.email, receipt.message_id, receipt.uuid)
            for entry, receipt in zip(self.entries, found, strict=True)
        ]

    def request(self, actor: Actor, transcript: str) -> MailRequest:
        """Build the request to send it; with errors, only the parts that authorisation needs."""
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
    """Build submissions of the messages that have no errors and are not refused.

    Each includes Globals and its template. If the call would need too much storage, it is rejected as a whole:
    raises `RefusedCallError` with ``too_large``.
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
    """Return the size of the stored data that has no limit of its own, without the mail itself."""
    variables = request.options.variables
    return len(request.event_payload) + len(request.custom_id) + (len(_encode(variables)) if variables else 0)
