"""The mail that reports a template language error to its sender: pure rules.

(compatibility: templates#errors)
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Final

from aerogram.model.actor import system_actor
from aerogram.model.message import NOTIFICATION_DOOR, Rank, Recipient
from aerogram.model.outcome import Blocked, FailureState, Held
from aerogram.model.request import MailRequest
from aerogram.model.send_options import PLAIN
from aerogram.wire.address import is_email, needs_smtputf8
from aerogram.wire.mime.parts import Attachment, Mailbox, Parts

if TYPE_CHECKING:
    from aerogram.model.message import Letter
    from aerogram.model.outcome import Outcome

AUTHOR: Final = "templating-language-error"
"""The local part from which errors are reported."""
MAX_SOURCE: Final = 128 * 1024
"""Octets of the original mail that the report returns. Senders keep what they sent; a report stays small."""


def asks_for_report(letter: Letter, outcome: Outcome) -> bool:
    """Tell whether this outcome must report a template error, if there was one.

    A mail that goes out in spite of the error is reported at its first attempt only.
    """
    send_options = letter.send_options
    if send_options is PLAIN or not is_email(send_options.error_report_to):
        return False
    if isinstance(outcome, Blocked):
        return outcome.state is FailureState.TEMPLATE_LANGUAGE_ERROR
    return send_options.delivers_on_error and not letter.attempts and not isinstance(outcome, Held)


def error_report(letter: Letter, words: str, source: bytes, hostname: str) -> MailRequest:
    """Write the report. ``words`` describe the error; ``source`` is the mail as its sender wrote it, or b""."""
    to = letter.send_options.error_report_to
    author = f"{AUTHOR}@{hostname}"
    subject = f'Error while evaluating Mailjet Templating language for message "{letter.subject}"'
    text = f"{words}\n\nThe message was for {letter.recipient}.\n"
    if len(source) > MAX_SOURCE:
        text += f"The first {MAX_SOURCE // 1024} KiB of its source are attached.\n"
    attachments: tuple[Attachment, ...] = ()
    if source:
        content = base64.b64encode(source[:MAX_SOURCE]).decode()
        attachments = (Attachment("application/octet-stream", "message.eml", content),)
    parts = Parts(
        sender_from=Mailbox(author),
        to=(Mailbox(to),),
        subject=subject,
        text=text,
        attachments=attachments,
        headers=(("Auto-Submitted", "auto-generated"),),  # RFC 3834 §5: automatic responders ignore it.
    )
    return MailRequest(
        actor=system_actor(letter.account_id, door=NOTIFICATION_DOOR),
        authors=(author,),
        reverse_path="",
        recipients=(Recipient(to, notify="NEVER"),),
        content=parts,
        rank=Rank.LOW,
        smtputf8=needs_smtputf8(to),
        is_sandboxed=letter.send_options.is_sandboxed,
    )
