"""How a content becomes the mail of each of its recipients, beyond its bytes."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import msgspec


class SendOptions(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename={"has_merge_tags": "has_marks"}
):
    """What was asked for a content when it was accepted; it never changes, so a retry sends the same bytes.

    Everything is off by default, and a content that asks for nothing has no treatment at all.
    """

    variables: dict[str, Any] = {}
    """Values of ``var:`` that all recipients share; each may have its own on top (`Personal`)."""
    has_merge_tags: bool = False
    """The bodies hold ``[[...]]`` marks that are to be filled in."""
    has_language: bool = False
    """``{{ }}`` and ``{% %}`` are interpreted, in the subject and in the bodies."""
    error_report_to: str = ""
    """Who is told, by mail, of an error in the template language; "" when nobody is."""
    delivers_on_error: bool = False
    """The mail goes out with its marks as they stand when the template language fails."""
    is_individual: bool = False
    """Each recipient gets a mail of its own, with nobody else in its To."""
    tracks_opens: bool = False
    tracks_clicks: bool = False
    url_tags: str = ""
    """A URL-encoded query that every link gets, before it is tracked."""
    makes_text: bool = False
    """A text part is made from the HTML, when there is none."""
    is_bulk: bool = False
    """It can be unsubscribed from: it bears List-Unsubscribe, and who unsubscribed does not get it."""
    deduplicates: bool = False
    """An address gets only the first mail of the campaign."""
    is_sandboxed: bool = False
    """It came by a sandbox credential: it never leaves this installation."""
    template_id: int = 0
    asks_contact: bool = False
    """Its templates may ask what the account knows of the recipient: properties, segments, opens, clicks."""
    segments: tuple[str, ...] = ()
    """The segments that its templates ask for, by name or id."""
    monitoring_category: str = ""
    tags: tuple[str, ...] = ()

    @property
    def is_personal(self) -> bool:
        """Each recipient's mail has bytes of its own."""
        return (
            self.has_merge_tags
            or self.has_language
            or self.is_individual
            or self.tracks_opens
            or self.tracks_clicks
            or self.is_bulk
        )


PLAIN: Final = SendOptions()
"""Nothing was asked for."""
SANDBOXED: Final = SendOptions(is_sandboxed=True)
"""Of what is told about a mail that never leaves: it does not leave either."""


class Personal(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is known of one recipient alone: the display name, and values over the treatment's ``variables``."""

    name: str = ""
    variables: dict[str, Any] = {}


NOBODY: Final = Personal()
"""Nothing is known of the recipient."""

_encode: Final = msgspec.json.Encoder().encode
_decode: Final = msgspec.json.Decoder(SendOptions).decode
_decode_personal: Final = msgspec.json.Decoder(Personal).decode


def packed(send_options: SendOptions) -> str:
    """Write a treatment for its column; "" for one that asks for nothing."""
    return "" if send_options is PLAIN or send_options == PLAIN else _encode(send_options).decode()


def unpacked(text: str) -> SendOptions:
    """Read what `packed` wrote."""
    return _decode(text) if text else PLAIN


class CountedOptions(NamedTuple):
    """What a treatment asks for that is counted."""

    tracks_opens: bool
    tracks_clicks: bool
    is_bulk: bool


class _Counted(msgspec.Struct):
    tracks_opens: bool = False
    tracks_clicks: bool = False
    is_bulk: bool = False


_decode_counted: Final = msgspec.json.Decoder(_Counted).decode


def counted_options_of(text: str) -> CountedOptions:
    """Read this little out of what `packed` wrote; variables, which may be many, are skipped."""
    return (
        CountedOptions(*msgspec.structs.astuple(_decode_counted(text)))
        if text
        else CountedOptions(False, False, False)
    )


class _Origin(msgspec.Struct):
    is_sandboxed: bool = False


_decode_origin: Final = msgspec.json.Decoder(_Origin).decode


def is_sandboxed(text: str) -> bool:
    """Tell of what `packed` wrote whether it is of mail by a sandbox credential."""
    return _decode_origin(text).is_sandboxed if text else False


def packed_personal(personal: Personal) -> str:
    """Write what is known of a recipient for its column; "" for nothing."""
    return "" if personal is NOBODY or personal == NOBODY else _encode(personal).decode()


def unpacked_personal(text: str) -> Personal:
    """Read what `packed_personal` wrote."""
    return _decode_personal(text) if text else NOBODY
