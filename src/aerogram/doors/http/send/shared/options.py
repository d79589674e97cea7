"""Build the send options of a message from its fields."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aerogram.model.request import NO_OPTIONS, RequestedOptions

if TYPE_CHECKING:
    from aerogram.content.templates.templates import StoredTemplate
    from aerogram.doors.http.send.shared.properties import Fields


def send_options(
    given: Fields, template: StoredTemplate | None, *, has_text: bool, is_individual: bool
) -> RequestedOptions:
    """Build the send options; `NO_OPTIONS` for a message without any.

    Modifies ``given``, which comes from `Properties.options`. Options about template errors apply only to messages
    that use the template language.
    """
    if is_individual:
        given["is_individual"] = True
    if template is not None:
        given.setdefault("template_id", template.id)
        given.setdefault("makes_text", template.makes_text)
    if not given:
        return NO_OPTIONS
    if has_text:
        given.pop("makes_text", None)
    report_to = given.pop("error_report_to", None)
    if not given.get("has_language"):
        given.pop("delivers_on_error", None)
    elif report_to is not None:
        given["error_report_to"] = report_to.email
    return RequestedOptions(**given) if given else NO_OPTIONS
