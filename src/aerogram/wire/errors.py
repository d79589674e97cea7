"""The errors of a mail: a type for each kind, with the SMTP reply that reports it.

::

    MailError                    code and enhanced status are attributes; str() is the sentence
    ├── AddressError             an address or a list of addresses
    ├── HeaderError              a header that cannot be written (name, value or length)
    ├── AttachmentError          a file that cannot be written
    └── UnreadableMailError      a submitted mail that cannot be accepted as it is
        ├── NoFromError
        ├── MalformedFromError
        ├── RepeatedFieldError
        ├── MessageIdError
        ├── ControlCharacterError
        ├── MalformedFieldError
        ├── HeaderTooLargeError
        └── UnfitMailError

The status codes are those of RFC 3463: 5.6.0 for an error in the content, 5.1.3 for an address's syntax,
5.3.4 for something larger than this system accepts, 5.6.2 for a conversion that is needed and not allowed.
"""

from __future__ import annotations

from typing import ClassVar

from aerogram.base.errors import RefusedError


class MailError(RefusedError, ValueError):
    """A mail or a part of it is invalid; ``reply`` is the SMTP reply line that reports it."""

    code: ClassVar[int] = 550
    enhanced: ClassVar[str] = "5.6.0"

    @property
    def reply(self) -> str:
        """The reply line in ASCII and without CRLF, as ``550 5.6.0 The mail has no From header …``."""
        return f"{self.code} {self.enhanced} {self}".encode("ascii", "replace").decode()


class AddressError(MailError):
    """An address, a domain or a list of addresses is malformed."""

    code = 553
    enhanced = "5.1.3"


class HeaderError(MailError):
    """A header field cannot be written safely because of its name, a character in it, or its length."""


class AttachmentError(MailError):
    """A file of a mail cannot be written, because its content is not base64."""


class UnreadableMailError(MailError):
    """A submitted mail breaks a rule that delivery depends on."""


class NoFromError(UnreadableMailError):
    """The mail has no From header, which RFC 5322 §3.6 requires."""


class MalformedFromError(UnreadableMailError):
    """The From header has no mailbox or a malformed one (RFC 5322 §3.6.2)."""


class RepeatedFieldError(UnreadableMailError):
    """A header that may occur once occurs twice, with values that contradict each other (RFC 5322 §3.6, table)."""


class MessageIdError(UnreadableMailError):
    """The mail's own Message-ID cannot be kept as it is (RFC 5322 §3.6.4)."""


class ControlCharacterError(UnreadableMailError):
    """The header section holds NUL, a bare CR, a bare LF or another control character."""


class MalformedFieldError(UnreadableMailError):
    """A line of the header section is neither ``Name: value`` nor the continuation of one."""


class HeaderTooLargeError(UnreadableMailError):
    """The header section is larger than this system reads."""

    code = 552
    enhanced = "5.3.4"


class UnfitMailError(UnreadableMailError):
    """The mail cannot leave as it is, and it must not or cannot be converted (RFC 5322 §2.1.1, RFC 6152 §3)."""

    code = 554
    enhanced = "5.6.2"
