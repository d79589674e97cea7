"""Builds a `Submission` from an authorised mail request, here and nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from aerogram.content.send_options import send_options_of
from aerogram.model.account import NO_DEFAULTS
from aerogram.model.decision import Hold
from aerogram.model.message import ContentKind, Submission
from aerogram.model.request import Mime
from aerogram.model.send_options import NOBODY, Personal

if TYPE_CHECKING:
    from aerogram.model.account import SendDefaults
    from aerogram.model.decision import Allow
    from aerogram.model.message import Recipient
    from aerogram.model.request import MailRequest
    from aerogram.model.send_options import SendOptions

_encode: Final = msgspec.json.Encoder().encode


def submission_of(request: MailRequest, decision: Allow | Hold) -> Submission:
    """Build the submission of a request. The message must have been read whole."""
    content = request.content
    if content is None:
        raise ValueError("a message with errors cannot be submitted")
    if isinstance(content, Mime):
        kind, body, attachment_count = ContentKind.MIME, content.data, content.attachment_count
        has_text, has_html = content.has_text, content.has_html
        has_editable_html = content.has_editable_html
    else:
        kind, body = ContentKind.PARTS, _encode(content)
        attachment_count = len(content.attachments) + len(content.inlined)
        has_text, has_html = content.text is not None, content.html is not None
        # An empty HTML is not written into the mail.
        has_editable_html = bool(content.html)
    send_options = send_options_of(
        request.options,
        _defaults(request, decision),
        request.texts,
        has_editable_html=has_editable_html,
        # A text that is not searched for merge tags has none in its subject either.
        subject=content.subject if request.texts else "",
    )
    return Submission(
        account_id=request.actor.account_id,
        door=request.actor.door,
        reverse_path=request.reverse_path,
        recipients=_addressed(request.recipients, send_options),
        kind=kind,
        body=body,
        from_email=request.authors[0],
        subject=content.subject,
        custom_id=request.custom_id,
        event_payload=request.event_payload,
        campaign=request.campaign,
        rank=request.rank,
        has_text=has_text or (kind is ContentKind.PARTS and send_options.makes_text),
        has_html=has_html,
        attachment_count=attachment_count,
        smtputf8=request.smtputf8,
        dsn_ret=request.dsn_ret,
        dsn_envid=request.dsn_envid,
        transcript=request.transcript,
        send_options=send_options,
        held=decision.sentence if isinstance(decision, Hold) else "",
    )


def _defaults(request: MailRequest, decision: Allow | Hold) -> SendDefaults:
    """Return the account's defaults for options that the request leaves open; the decision adds a hold."""
    principal = request.actor.principal
    defaults = NO_DEFAULTS if principal is None else principal.defaults
    if defaults.is_sandboxed == decision.is_sandboxed:
        return defaults
    return msgspec.structs.replace(defaults, is_sandboxed=decision.is_sandboxed)


def _addressed(recipients: tuple[Recipient, ...], send_options: SendOptions) -> tuple[Recipient, ...]:
    """Return the recipients with what is known of each, as far as their mail uses it."""
    for recipient in recipients:
        if recipient.personal is not NOBODY:
            return tuple([_needed(each, send_options) for each in recipients])
    return recipients


def _needed(recipient: Recipient, send_options: SendOptions) -> Recipient:
    known = recipient.personal
    name = known.name if send_options.is_personal else ""
    variables = known.variables if send_options.has_merge_tags or send_options.has_language else {}
    if name == known.name and variables == known.variables:
        return recipient
    personal = Personal(name, variables) if name or variables else NOBODY
    return msgspec.structs.replace(recipient, personal=personal)
