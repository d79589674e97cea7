"""The values that commands and messages are read into.

They stand apart from the functions that make them, because a module with Structs cannot be compiled.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from aerogram.wire.smtp.envelope_parameters import (
    NO_MAIL_PARAMETERS,
    NO_RCPT_PARAMETERS,
    MailParameters,
    RcptParameters,
)

if TYPE_CHECKING:
    from aerogram.wire.smtp.replies import Reply


class Mail(msgspec.Struct, frozen=True):
    """``MAIL FROM:<reverse-path> parameters``; "" is the null reverse-path."""

    reverse_path: str
    parameters: MailParameters = NO_MAIL_PARAMETERS


class Rcpt(msgspec.Struct, frozen=True):
    """``RCPT TO:<forward-path> parameters``; the forward-path may be the lone word ``postmaster``."""

    forward_path: str
    parameters: RcptParameters = NO_RCPT_PARAMETERS


class Bdat(msgspec.Struct, frozen=True):
    """``BDAT size [LAST]``: so many octets follow the line (RFC 3030 §2)."""

    size: int
    is_last: bool = False


class Auth(msgspec.Struct, frozen=True):
    """``AUTH mechanism [initial-response]``; the response still in base64, None when absent."""

    mechanism: str
    initial_response: bytes | None = None


class Content(msgspec.Struct, frozen=True):
    """The message that was read, or why it is refused.

    ``refusal`` is None for an acceptable message. Unless ``is_in_step``, both sides may see the end of the
    message at different places, and nothing more may be read.
    """

    data: bytes = b""
    refusal: Reply | None = None
    is_in_step: bool = True
