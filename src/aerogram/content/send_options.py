"""Derive the send options of a content from the options that a call requests, for all doors alike."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from aerogram.base.pieces import is_found
from aerogram.content.language.cache import compiled
from aerogram.content.language.errors import TemplateError
from aerogram.content.language.merge_tags import BLANKS, MAX_BLANKS, may_unsubscribe
from aerogram.content.language.tokens import SEGMENT
from aerogram.model.request import NO_OPTIONS, RequestedOptions
from aerogram.model.send_options import PLAIN, SendOptions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aerogram.model.account import SendDefaults

MERGE_TAG_OPENING: Final = "[["
UNSUBSCRIBE_NAME: Final = "mj:unsub_link"
"""The template-language name of the unsubscribe link.

(compatibility: templates#variables, templates#links)
"""

MAX_SEGMENTS: Final = 20
"""Segments that one content may use; each costs a query per batch of its mails. Our choice."""
_ASKS_CONTACT: Final = re.compile(rf"data{BLANKS}:|segment:|has(?:opened|clicked)since", re.IGNORECASE)
_LONGEST_ASKING: Final = len("hasclickedsince") + len("&nbsp;") * MAX_BLANKS
"""More characters than a match of `_ASKS_CONTACT` has."""
_find_language: Final = re.compile(r"\{\{\s*(?:var|data|mj)\s*:|\{%").search
_SEGMENT: Final = re.compile(rf"""segment:(?:({SEGMENT})|"([^"]*)"|'([^']*)')""")


def send_options_of(
    requested: RequestedOptions,
    defaults: SendDefaults,
    bodies: Sequence[str],
    *,
    has_editable_html: bool,
    subject: str = "",
) -> SendOptions:
    """Return the send options of a content. ``bodies`` are the texts that may contain merge tags.

    ``has_editable_html`` tells whether links and images can be written into its HTML: what is not tracked must not be
    called tracked.
    Opens and clicks are tracked in HTML only. Mail is bulk if it has an unsubscribe link, or if it is sent to
    each address of its campaign only once.
    """
    has_merge_tags = False
    for body in bodies:
        # As `has_merge_tag` does, without a call for each body.
        if "[" in body and has_merge_tag(body):
            has_merge_tags = True
            break
    if requested is NO_OPTIONS and not has_merge_tags:
        # Nearly all mail of programs.
        tracks = has_editable_html and (defaults.tracks_opens or defaults.tracks_clicks)
        if not tracks and not defaults.is_sandboxed:
            return PLAIN
    is_bulk = requested.deduplicates or (
        (has_merge_tags or requested.has_language)
        and _has_unsubscribe_link(bodies, has_language=requested.has_language)
    )
    tracks_opens = defaults.tracks_opens if requested.tracks_opens is None else requested.tracks_opens
    tracks_clicks = defaults.tracks_clicks if requested.tracks_clicks is None else requested.tracks_clicks
    asking = (
        _asking(bodies, subject if requested.has_language else "")
        if has_merge_tags or requested.has_language
        else ()
    )
    return SendOptions(
        variables=requested.variables if has_merge_tags or requested.has_language else {},
        has_merge_tags=has_merge_tags,
        has_language=requested.has_language,
        error_report_to=requested.error_report_to,
        delivers_on_error=requested.delivers_on_error,
        is_individual=requested.is_individual,
        tracks_opens=has_editable_html and tracks_opens,
        tracks_clicks=has_editable_html and tracks_clicks,
        url_tags=requested.url_tags if has_editable_html else "",
        makes_text=requested.makes_text,
        is_bulk=is_bulk,
        deduplicates=requested.deduplicates,
        is_sandboxed=defaults.is_sandboxed,
        template_id=requested.template_id,
        asks_contact=bool(asking),
        segments=_segments_in(asking) if requested.has_language else (),
        monitoring_category=requested.monitoring_category,
        tags=requested.tags,
    )


def may_need_language(body: str) -> bool:
    """Tell whether a text seems to be written for the template language: it names a variable, or has a block."""
    return _find_language(body) is not None


def has_merge_tag(body: str) -> bool:
    """Return whether a body has merge tags; arrays in scripts and Markdown links look similar."""
    # Searching for one character is many times faster than for two, and most bodies do not contain it.
    if MERGE_TAG_OPENING[0] not in body or MERGE_TAG_OPENING not in body:
        return False
    try:
        return not compiled(body, has_language=False, has_merge_tags=True).is_static
    except TemplateError:
        # Composing reports it, as it does every template error.
        return True


def _asking(bodies: Sequence[str], subject: str) -> tuple[str, ...]:
    """Return the texts that may use the recipient profile; images with data URLs match too."""
    return tuple(text for text in (subject, *bodies) if is_found(_ASKS_CONTACT, text, _LONGEST_ASKING))


def _segments_in(texts: Sequence[str]) -> tuple[str, ...]:
    names = (next(filter(None, found.groups()), "") for text in texts for found in _SEGMENT.finditer(text))
    return tuple(dict.fromkeys(names))[:MAX_SEGMENTS]


def _has_unsubscribe_link(bodies: Sequence[str], *, has_language: bool) -> bool:
    return any(may_unsubscribe(body) or (has_language and UNSUBSCRIBE_NAME in body) for body in bodies)
