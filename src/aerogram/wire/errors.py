"""What can be wrong with a mail, each kind a type, each with the SMTP reply that says so.

::

    MailError                    code and enhanced status are attributes; str() is the sentence
    ├── AddressError             an address or a list of addresses
    ├── HeaderError              a header that cannot be written (name, value or length)
    ├── AttachmentError          a file that cannot be written
    └── UnreadableMailError      a submitted mail that cannot be accepted as it is
        ├── NoFromError
        ├── MalformedFromError
        ├── RepeatedFieldError
        ├── ControlCharacterError
        ├── MalformedFieldError
        └── HeaderTooLargeError

The status codes are those of RFC 3463: 5.6.0 for a fault of the content, 5.1.3 for the syntax of
an address, 5.3.4 for something larger than this system takes.
"""

from __future__ import annotations

from typing import ClassVar

from aerogram.base.errors import RefusedError


class MailError(RefusedError, ValueError):
    """A mail or a piece of one is wrong; ``reply`` is the SMTP reply line that tells so."""

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
    """A header field cannot be written without harm: its name, a character in it, or its length."""


class AttachmentError(MailError):
    """A file of a mail cannot be written: its base64 text is not base64."""


class UnreadableMailError(MailError):
    """A submitted mail breaks a rule without which it cannot be delivered."""


class NoFromError(UnreadableMailError):
    """There is no From header (RFC 5322 §3.6 requires one)."""


class MalformedFromError(UnreadableMailError):
    """The From header holds no mailbox or a malformed one (RFC 5322 §3.6.2)."""


class RepeatedFieldError(UnreadableMailError):
    """A header that may stand once stands twice (RFC 5322 §3.6, table)."""


class ControlCharacterError(UnreadableMailError):
    """The header section holds NUL, a bare CR, a bare LF or another control character."""


class MalformedFieldError(UnreadableMailError):
    """A line of the header section is neither ``Name: value`` nor the continuation of one."""


class HeaderTooLargeError(UnreadableMailError):
    """The header section is larger than this system reads."""

    code = 552
    enhanced = "5.3.4"
