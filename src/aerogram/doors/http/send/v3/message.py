"""One message of a call: read property by property, then as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from aerogram.content.treat import NOTHING, Asked
from aerogram.doors.http.send.shared import attachments
from aerogram.doors.http.send.shared import headers as shared_headers
from aerogram.doors.http.send.shared import values as shared
from aerogram.doors.http.send.shared.draft import Addressee, Draft
from aerogram.doors.http.send.shared.templates import filled
from aerogram.doors.http.send.v3 import addresses, headers, names, rules, values
from aerogram.doors.http.send.v3.errors import RefusedCallError
from aerogram.doors.http.send.v3.variables import variables
from aerogram.model.message import Rank, Role
from aerogram.wire.mime.parts import Mailbox, Parts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aerogram.content.templates import StoredTemplate
    from aerogram.doors.http.send.shared.names import JsonObject
    from aerogram.wire.mime.parts import Attachment


def _attachments(path: str, value: Any, findings: shared.Findings) -> tuple[Attachment, ...]:
    return attachments.read(path, value, findings, names.FILE, is_inlined=False)


def _inlined(path: str, value: Any, findings: shared.Findings) -> tuple[Attachment, ...]:
    return attachments.read(path, value, findings, names.FILE, is_inlined=True)


READERS: Final[Mapping[str, Callable[[str, Any, shared.Findings], Any]]] = {
    "FromEmail": addresses.address,
    "FromName": shared.header_text,
    "Sender": addresses.sender,
    "Recipients": addresses.individuals,
    "To": addresses.recipients,
    "Cc": addresses.recipients,
    "Bcc": addresses.recipients,
    "Subject": shared.subject,
    "Text-part": shared.text,
    "Html-part": shared.text,
    "Mj-TemplateID": values.template,
    "Mj-TemplateLanguage": values.switch,
    "MJ-TemplateErrorReporting": addresses.address,
    "MJ-TemplateErrorDeliver": values.delivers,
    "Mj-prio": values.priority,
    "Mj-campaign": shared.campaign,
    "Mj-deduplicatecampaign": values.switch,
    "Mj-trackopen": values.tracking,
    "Mj-trackclick": values.tracking,
    "Mj-CustomID": shared.kept_text,
    "Mj-EventPayLoad": shared.kept_text,
    "Mj-MonitoringCategory": shared.kept_text,
    "Vars": variables,
    "Headers": headers.headers,
    "Attachments": _attachments,
    "Inline_attachments": _inlined,
}
"""Every documented property and what reads it (facts: SEND.md B2)."""

_ASKED: Final = {
    "Vars": "variables",
    "Mj-TemplateLanguage": "has_language",
    "Mj-deduplicatecampaign": "deduplicates",
    "Mj-MonitoringCategory": "monitoring_category",
}
_TRACKED: Final = {"Mj-trackopen": "tracks_opens", "Mj-trackclick": "tracks_clicks"}
"""Properties that `Asked` has by another name; tracking also when it is switched off."""
_ASKING: Final = frozenset({*_ASKED, *_TRACKED, "Mj-TemplateID", "Recipients"})
"""What the treatment of a content may depend on."""


def read_message(
    message: JsonObject, where: str, sizes: dict[int, int], template: StoredTemplate | None = None
) -> Draft:
    """Read a message whose names are all documented ones; a null property is an absent one.

    ``where`` names it in a refusal; ``sizes`` remembers the attachments of this call that were already
    checked; ``template`` is what its Mj-TemplateID names. Raises `RefusedCallError` with the first mistake.
    """
    findings = shared.Findings(sizes)
    found: dict[str, Any] = {}
    for name, value in (message if template is None else filled(message, template)).items():
        if value is not None:
            found[name] = READERS[name](name, value, findings)
    pairs = found.get("Headers", ())
    replies = shared_headers.reply_to(pairs, findings) if pairs else ()
    rules.check(found, findings, has_template=template is not None)
    if findings.mistakes:
        raise RefusedCallError(findings.mistakes[0], where)
    parts = _parts(found, None if template is None or replies else template.reply_to)
    return Draft(
        where=where,
        parts=parts,
        addressees=found.get("Recipients") or _addressees(found),
        replies=replies,
        custom_id=found.get("Mj-CustomID", ""),
        event_payload=found.get("Mj-EventPayLoad", ""),
        campaign=found.get("Mj-campaign", ""),
        rank=found.get("Mj-prio", Rank.HIGH),
        asked=_asked(found, template, has_text=parts.text is not None),
    )


def _parts(found: Mapping[str, Any], reply_to: Mailbox | None) -> Parts:
    """Describe the mail; several Recipients are in none of its headers until each has a mail of its own."""
    individuals: tuple[Addressee, ...] = found.get("Recipients", ())
    # Who is alone is shown like anybody else, and the mail need not be made anew for each recipient.
    to = (individuals[0].mailbox,) if len(individuals) == 1 else found.get("To", ())
    # An empty body is as good as absent, unless nothing else would be left.
    text, html = found.get("Text-part") or None, found.get("Html-part") or None
    return Parts(
        sender_from=_from(found),
        sender=found.get("Sender"),
        reply_to=reply_to,
        to=to,
        cc=found.get("Cc", ()),
        subject=found.get("Subject", ""),
        text="" if text is None and html is None else text,
        html=html,
        attachments=found.get("Attachments", ()),
        inlined=found.get("Inline_attachments", ()),
        headers=found.get("Headers", ()),
    )


def _from(found: Mapping[str, Any]) -> Mailbox:
    """Give From; FromName wins over a name beside the address."""
    box: Mailbox = found["FromEmail"]
    name = found.get("FromName")
    return Mailbox(box.email, name) if name else box


def _addressees(found: Mapping[str, Any]) -> tuple[Addressee, ...]:
    return tuple(
        Addressee(box, role)
        for name, role in (("To", Role.TO), ("Cc", Role.CC), ("Bcc", Role.BCC))
        for box in found.get(name, ())
    )


def _asked(found: Mapping[str, Any], template: StoredTemplate | None, *, has_text: bool) -> Asked:
    """Give what is asked for beyond the mail itself; `NOTHING` for the plain message."""
    if _ASKING.isdisjoint(found):
        return NOTHING
    asked: dict[str, Any] = {name: found[key] for key, name in _ASKED.items() if found.get(key)}
    for key, name in _TRACKED.items():
        if found.get(key) is not None:
            asked[name] = found[key]
    if template is not None:
        asked["template_id"] = template.id
        asked["makes_text"] = template.makes_text and not has_text
    if len(found.get("Recipients", ())) > 1:
        asked["is_individual"] = True
    if asked.get("has_language"):
        report_to = found.get("MJ-TemplateErrorReporting")
        asked["error_report_to"] = "" if report_to is None else report_to.email
        asked["delivers_on_error"] = found.get("MJ-TemplateErrorDeliver", False)
    return Asked(**asked) if asked else NOTHING
