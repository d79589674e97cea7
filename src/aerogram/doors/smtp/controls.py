"""What a mail asks of this service in its control headers.

(compatibility: smtp#control-headers, smtp#mailpace)

Mailjet's headers mean what the properties of the Send API mean. A malformed value is refused, and all
that is wrong is told at once: a mail sent without what its headers ask for would reach people with raw
markup, twice, or untracked, and nobody would know. Unknown headers of these families are ignored;
none of the family is delivered.
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
"""Characters of a wrong value that the refusal shows."""


class ControlsError(UnreadableMailError):
    """Control headers are malformed; each line of the text is about one of them."""


class Controls(msgspec.Struct, frozen=True, kw_only=True):
    """What the headers say. ``template`` is an id or a name, "" when the mail's own content counts."""

    custom_id: str = ""
    event_payload: str = ""
    campaign: str = ""
    rank: Rank = Rank.HIGH
    template: str = ""
    asked: RequestedOptions = NO_OPTIONS


NO_CONTROLS: Final = Controls()
"""A mail that asks for nothing."""


class _Header(NamedTuple):
    name: str
    """As its documentation writes it."""
    read: Callable[[str], Any]
    field: str
    """What it fills, of `Controls` or of `RequestedOptions`; "" when it is only checked."""


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
    """Read the control headers of a mail; see `aerogram.wire.mime.reading.scan.Scan` for the arguments.

    An empty value says nothing. The same header may stand again with the same value. Raises
    `ControlsError` with a line for each header that is wrong.
    """
    mistakes: list[str] = []
    read: dict[str, Any] = {}
    wrong: set[str] = set()
    for lowered, value in found.items():
        header = _BY_NAME.get(lowered)
        if header is None:
            continue
        if lowered in contradicted:
            wrong.add(header.field)
            mistakes.append(f"{header.name}: it stands more than once, with values that differ")
        elif value:
            try:
                read[header.field] = header.read(value)
            except ValueError as error:
                wrong.add(header.field)
                mistakes.append(f"{header.name}: {_shown(value)} must be {error}")
    # The first tag groups mails as Mailjet's campaign does, of which there is one.
    if "campaign" not in read and read.get("tags"):
        read["campaign"] = read["tags"][0]
    _check_together(read, wrong, mistakes)
    if mistakes:
        raise ControlsError("\n".join(mistakes))
    read.pop("", None)
    of_controls = {field: read.pop(field) for field in _OF_CONTROLS & read.keys()}
    return Controls(**of_controls, asked=RequestedOptions(**read) if read else NO_OPTIONS)


def _check_together(read: Mapping[str, Any], wrong: Collection[str], mistakes: list[str]) -> None:
    """Note what is wrong with values that are right by themselves, as the Send API does.

    Of what is ``wrong`` by itself nobody knows whether it would have been enough.
    """
    if read.get("deduplicates") and "campaign" not in {*read, *wrong}:
        mistakes.append("X-Mailjet-DeduplicateCampaign: it needs X-Mailjet-Campaign, which says of what")
    if not read.get("has_language") and "has_language" not in wrong:
        mistakes += [
            f"{header}: it needs X-MJ-TemplateLanguage: 1"
            for field, header in _NEED_LANGUAGE.items()
            if read.get(field)
        ]


def _shown(value: str) -> str:
    return repr(value if len(value) <= MAX_SHOWN else f"{value[:MAX_SHOWN]}…")
