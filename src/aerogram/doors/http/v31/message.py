"""One message of a call, with Globals merged in: read property by property, then as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from aerogram.doors.http.v31 import attachments, headers, mailboxes, rules, templates, values
from aerogram.doors.http.v31.asking import asked_of
from aerogram.model.message import Rank, Recipient, Role
from aerogram.model.request import MailRequest
from aerogram.model.treatment import Personal
from aerogram.wire.address import needs_smtputf8
from aerogram.wire.mime.parts import Mailbox, Parts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aerogram.content.templates import StoredTemplate
    from aerogram.doors.http.v31.mistakes import Mistake
    from aerogram.doors.http.v31.names import JsonObject
    from aerogram.model.actor import Actor
    from aerogram.model.request import Asked

READERS: Final[Mapping[str, Callable[[str, Any, values.Findings], Any]]] = {
    "From": mailboxes.mailbox,
    "Sender": mailboxes.mailbox,
    "ReplyTo": mailboxes.mailbox,
    "To": mailboxes.recipients_to,
    "Cc": mailboxes.mailboxes,
    "Bcc": mailboxes.mailboxes,
    "Subject": values.subject,
    "TextPart": values.text,
    "HTMLPart": values.text,
    "TemplateID": values.integer,
    "TemplateLanguage": values.flag,
    "TemplateErrorReporting": mailboxes.mailbox,
    "TemplateErrorDeliver": values.flag,
    "Variables": values.variables,
    "AutoTextPart": values.flag,
    "Attachments": attachments.attachments,
    "InlinedAttachments": attachments.inlined_attachments,
    "Headers": headers.headers,
    "CustomID": values.kept_text,
    "EventPayload": values.kept_text,
    "CustomCampaign": values.campaign,
    "DeduplicateCampaign": values.flag_or_number,
    "Priority": values.priority,
    "TrackOpens": values.tracking,
    "TrackClicks": values.tracking,
    "MonitoringCategory": values.kept_text,
    "URLTags": values.url_tags,
    "StatisticsContactsListID": values.integer,
}
"""Every documented property and what reads it (facts: SEND.md A4). AutoTextPart is Aerogram's own."""

_Bodies = tuple[str | None, str | None]
"""Text and HTML."""


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A message that was read. It may be sent when it has no ``mistakes`` and its senders are allowed."""

    parts: Parts | None
    recipients: tuple[Recipient, ...]
    mistakes: tuple[Mistake, ...]
    from_email: str
    """The address of From, "" when it has none that is valid."""
    sender_email: str
    """The address of Sender, "" when there is none."""
    needs_smtputf8: bool
    """An address of the header section has a local part beyond ASCII (RFC 6531)."""
    custom_id: str
    event_payload: str
    campaign: str
    rank: Rank
    bcc: tuple[Mailbox, ...]
    """Who is in no header: addresses as in ``recipients``, with the names."""
    asked: Asked

    def request(self, actor: Actor, transcript: str) -> MailRequest:
        """Give what is asked for; with mistakes, no more than what is needed to authorise it."""
        parts = self.parts
        return MailRequest(
            actor=actor,
            authors=(self.from_email,) if self.from_email else (),
            sender=self.sender_email,
            reverse_path=self.sender_email or self.from_email,
            recipients=self.recipients if parts is None else self._with_names(parts),
            content=parts,
            texts=() if parts is None else (parts.text or "", parts.html or ""),
            options=self.asked,
            custom_id=self.custom_id,
            event_payload=self.event_payload,
            campaign=self.campaign,
            rank=self.rank,
            smtputf8=self.needs_smtputf8,
            transcript=transcript,
        )

    def _with_names(self, parts: Parts) -> tuple[Recipient, ...]:
        """Give the recipients with their display names."""
        boxes = (*parts.to, *parts.cc, *self.bcc)
        return tuple(
            [
                msgspec.structs.replace(recipient, personal=Personal(name=box.name))
                if box.name
                else recipient
                for recipient, box in zip(self.recipients, boxes, strict=True)
            ]
        )


def read_message(
    message: JsonObject,
    sizes: dict[int, int],
    template: StoredTemplate | None = None,
    *,
    is_strict: bool = False,
) -> Draft:
    """Read a message whose names are all documented ones.

    ``sizes`` remembers the attachments of this call that were already checked; ``template`` is what its
    TemplateID names, None when that names nothing; ``is_strict`` as in `Call`.
    """
    findings = values.Findings(sizes)
    if template is not None:
        if is_strict:
            findings.mistakes += templates.faults_of(message, template)
        message = templates.filled(message, template)
    found: dict[str, Any] = {}
    for name, value in message.items():
        if value is not None:
            found[name] = READERS[name](name, value, findings)
    reply_to: Mailbox | None = found.get("ReplyTo")
    pairs = found.get("Headers", ())
    replies = headers.reply_to(pairs, findings) if pairs and reply_to is None else ()
    rules.check(found, findings, has_template=template is not None)
    sender_from: Mailbox | None = found.get("From")
    sender: Mailbox | None = found.get("Sender")
    to, cc, bcc = found.get("To", ()), found.get("Cc", ()), found.get("Bcc", ())
    bodies = _bodies(found)
    return Draft(
        parts=None if findings.mistakes or sender_from is None else _parts(sender_from, bodies, found),
        recipients=(
            *[Recipient(box.email) for box in to],
            *[Recipient(box.email, Role.CC) for box in cc],
            *[Recipient(box.email, Role.BCC) for box in bcc],
        ),
        mistakes=tuple(findings.mistakes),
        from_email="" if sender_from is None else sender_from.email,
        sender_email="" if sender is None else sender.email,
        needs_smtputf8=any(
            not box.email.isascii() and needs_smtputf8(box.email)
            for box in (sender_from, sender, reply_to, *replies, *to, *cc)
            if box is not None
        ),
        custom_id=found.get("CustomID", ""),
        event_payload=found.get("EventPayload", ""),
        campaign=found.get("CustomCampaign", ""),
        rank=found.get("Priority", Rank.HIGH),
        bcc=bcc,
        asked=asked_of(found, has_text=bodies[0] is not None),
    )


def _parts(sender_from: Mailbox, bodies: _Bodies, found: Mapping[str, Any]) -> Parts:
    """Give what the mail is made of, from values without mistakes."""
    text, html = bodies
    return Parts(
        sender_from=sender_from,
        sender=found.get("Sender"),
        reply_to=found.get("ReplyTo"),
        to=found.get("To", ()),
        cc=found.get("Cc", ()),
        subject=found.get("Subject", ""),
        text=text,
        html=html,
        attachments=found.get("Attachments", ()),
        inlined=found.get("InlinedAttachments", ()),
        headers=found.get("Headers", ()),
    )


def _bodies(found: Mapping[str, Any]) -> _Bodies:
    """Give text and HTML. An empty one is as good as absent, unless nothing else would be left."""
    text, html = found.get("TextPart") or None, found.get("HTMLPart") or None
    return ("", None) if text is None and html is None else (text, html)
