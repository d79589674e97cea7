"""Parse the control headers of a mail into its requested options.

(compatibility: smtp#control-headers, smtp#mailpace)

Mailjet's headers have the meaning of the Send API properties of the same name. A malformed value rejects the
mail, and the reply lists all errors: a mail sent without its requested options would reach recipients with raw
markup, twice or untracked, unnoticed. Unknown headers of these families are ignored; none of them is delivered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec

from aerogram.doors.smtp import control_values as values
from aerogram.model.message import Rank
from aerogram.model.request import NO_OPTIONS, RequestedOptions
from aerogram.wire.errors import UnreadableMailError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

MAX_SHOWN: Final = 60
"""Maximum characters of an invalid value in the reply."""


class ControlsError(UnreadableMailError):
    """Control headers are malformed; the text has one line for each."""


class Controls(msgspec.Struct, frozen=True, kw_only=True):
    """The parsed headers. ``template`` is an id or a name; "" to use the content of the mail."""

    custom_id: str = ""
    event_payload: str = ""
    campaign: str = ""
    rank: Rank = Rank.HIGH
    template: str = ""
    asked: RequestedOptions = NO_OPTIONS


NO_CONTROLS: Final = Controls()
"""The controls of a mail without control headers."""


class _Header(NamedTuple):
    name: str
    """The documented spelling."""
    read: Callable[[str], Any]
    field: str
    """The field of `Controls` or `RequestedOptions` that it sets; "" if it is only checked."""


_HEADERS: Final = (
    _Header("X-Mailjet-Campaign", values.campaign, "campaign"),
    _Header("X-Mailjet-DeduplicateCampaign", values.flag, "deduplicates"),
    _Header("X-MJ-CustomID", values.text, "custom_id"),
    _Header("X-MJ-EventPayload", values.text, "event_payload"),
    _Header("X-Mailjet-TrackOpen", values.flag, "tracks_opens"),
    _Header("X-Mailjet-TrackClick", values.flag, "tracks_clicks"),
    _Header("X-Mailjet-Prio", values.rank, "rank"),
    _Header("X-MJ-TemplateLanguage", values.flag, "has_language"),
    _Header("X-MJ-TemplateID", values.name, "template"),
    _Header("X-MJ-Vars", values.variables, "variables"),
    _Header("X-MJ-TemplateErrorReporting", values.address, "error_report_to"),
    _Header("X-MJ-TemplateErrorDeliver", values.delivers, "delivers_on_error"),
    _Header("X-MJ-MonitoringCategory", values.name, "monitoring_category"),
    _Header("X-MailPace-Tags", values.tags, "tags"),
    _Header("X-List-Unsubscribe", values.ways_to_unsubscribe, ""),
)
_BY_NAME: Final = {header.name.lower(): header for header in _HEADERS}
_OF_CONTROLS: Final = frozenset(Controls.__struct_fields__)
_NEED_LANGUAGE: Final = {
    "error_report_to": "X-MJ-TemplateErrorReporting",
    "delivers_on_error": "X-MJ-TemplateErrorDeliver",
}


def read_controls(found: Mapping[str, str], contradicted: Collection[str]) -> Controls:
    """Parse the control headers of a mail; see `aerogram.wire.mime.reading.scan.Scan` for the arguments.

    Empty values are ignored. A header may be repeated with the same value. Raises `ControlsError` with a line for
    each invalid header.
    """
    errors: list[str] = []
    read: dict[str, Any] = {}
    wrong: set[str] = set()
    for lowered, value in found.items():
        header = _BY_NAME.get(lowered)
        if header is None:
            continue
        if lowered in contradicted:
            wrong.add(header.field)
            errors.append(f"{header.name}: the header is repeated with different values")
        elif value:
            try:
                read[header.field] = header.read(value)
            except ValueError as error:
                wrong.add(header.field)
                errors.append(f"{header.name}: {_shown(value)} must be {error}")
    # A mail has only one campaign, so the first tag is used as Mailjet's campaign.
    if "campaign" not in read and read.get("tags"):
        read["campaign"] = read["tags"][0]
    _check_together(read, wrong, errors)
    if errors:
        raise ControlsError("\n".join(errors))
    read.pop("", None)
    of_controls = {field: read.pop(field) for field in _OF_CONTROLS & read.keys()}
    return Controls(**of_controls, asked=RequestedOptions(**read) if read else NO_OPTIONS)


def _check_together(read: Mapping[str, Any], wrong: Collection[str], errors: list[str]) -> None:
    """Check combinations of valid values, as the Send API does.

    Headers in ``wrong`` are invalid on their own and count as present.
    """
    if read.get("deduplicates") and "campaign" not in {*read, *wrong}:
        errors.append("X-Mailjet-DeduplicateCampaign: requires X-Mailjet-Campaign")
    if not read.get("has_language") and "has_language" not in wrong:
        errors += [
            f"{header}: requires X-MJ-TemplateLanguage: 1"
            for field, header in _NEED_LANGUAGE.items()
            if read.get(field)
        ]


def _shown(value: str) -> str:
    return repr(value if len(value) <= MAX_SHOWN else f"{value[:MAX_SHOWN]}…")
