"""Send options: how a content becomes the mail of each recipient."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import msgspec


class SendOptions(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename={"has_merge_tags": "has_marks"}
):
    """The send options of a content, fixed when it is accepted, so that a retry sends the same bytes.

    Everything is off by default; a content without options stores nothing.
    """

    variables: dict[str, Any] = {}
    """Values of ``var:`` for all recipients; each may override them (`Personal`)."""
    has_merge_tags: bool = False
    """Fill in the ``[[...]]`` merge tags of the bodies."""
    has_language: bool = False
    """Interpret ``{{ }}`` and ``{% %}`` in the subject and the bodies."""
    error_report_to: str = ""
    """The address that gets a mail about errors in the template language; "" for none."""
    delivers_on_error: bool = False
    """Deliver the mail with its template language unprocessed when processing fails."""
    is_individual: bool = False
    """Send each recipient a mail with only their address in To."""
    tracks_opens: bool = False
    tracks_clicks: bool = False
    url_tags: str = ""
    """A URL-encoded query to append to every link before tracking it."""
    makes_text: bool = False
    """Generate a text part from the HTML if there is none."""
    is_bulk: bool = False
    """Bulk mail: add List-Unsubscribe, and do not send to recipients who unsubscribed."""
    deduplicates: bool = False
    """Send only the first mail of the campaign to each address."""
    is_sandboxed: bool = False
    """Sent with a sandbox credential: the mail never leaves this installation."""
    template_id: int = 0
    asks_contact: bool = False
    """The templates may use the recipient profile: properties, segments, opens and clicks."""
    segments: tuple[str, ...] = ()
    """The segments that the templates use, by name or id."""
    monitoring_category: str = ""
    tags: tuple[str, ...] = ()

    @property
    def is_personal(self) -> bool:
        """Whether each recipient's mail has different bytes."""
        return (
            self.has_merge_tags
            or self.has_language
            or self.is_individual
            or self.tracks_opens
            or self.tracks_clicks
            or self.is_bulk
        )


PLAIN: Final = SendOptions()
"""No send options."""
SANDBOXED: Final = SendOptions(is_sandboxed=True)
"""The options of notices about sandboxed mail: the notices do not leave the installation either."""


class Personal(msgspec.Struct, frozen=True, omit_defaults=True):
    """The data of one recipient: display name, and values that override the ``variables`` of the send options."""

    name: str = ""
    variables: dict[str, Any] = {}


NOBODY: Final = Personal()
"""No data of the recipient."""

_encode: Final = msgspec.json.Encoder().encode
_decode: Final = msgspec.json.Decoder(SendOptions).decode
_decode_personal: Final = msgspec.json.Decoder(Personal).decode


def packed(send_options: SendOptions) -> str:
    """Encode send options for their column; "" for none."""
    return "" if send_options is PLAIN or send_options == PLAIN else _encode(send_options).decode()


def unpacked(text: str) -> SendOptions:
    """Decode the text of `packed`."""
    return _decode(text) if text else PLAIN


class CountedOptions(NamedTuple):
    """The send options that statistics count."""

    tracks_opens: bool
    tracks_clicks: bool
    is_bulk: bool


class _Counted(msgspec.Struct):
    tracks_opens: bool = False
    tracks_clicks: bool = False
    is_bulk: bool = False


_decode_counted: Final = msgspec.json.Decoder(_Counted).decode


def counted_options_of(text: str) -> CountedOptions:
    """Decode only the counted options from the text of `packed`; large variables are skipped."""
    return (
        CountedOptions(*msgspec.structs.astuple(_decode_counted(text)))
        if text
        else CountedOptions(False, False, False)
    )


class _Origin(msgspec.Struct):
    is_sandboxed: bool = False


_decode_origin: Final = msgspec.json.Decoder(_Origin).decode


def is_sandboxed(text: str) -> bool:
    """Return whether the text of `packed` is of sandboxed mail."""
    return _decode_origin(text).is_sandboxed if text else False


def packed_personal(personal: Personal) -> str:
    """Encode the data of a recipient for its column; "" for none."""
    return "" if personal is NOBODY or personal == NOBODY else _encode(personal).decode()


def unpacked_personal(text: str) -> Personal:
    """Decode the text of `packed_personal`."""
    return _decode_personal(text) if text else NOBODY
