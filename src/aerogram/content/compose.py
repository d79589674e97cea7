"""Composition: a content becomes the final bytes of a mail, the same for each of its recipients.

Nothing here depends on when or how often it is called. Date, Message-ID, boundaries and signature
derive from the stored content, so that a retry sends the bytes that the first attempt sent, and a
receiver that got both can tell that they are one mail.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

import msgspec

from aerogram.base.errors import AerogramError
from aerogram.model.message import ContentKind
from aerogram.wire.address import ascii_domain, split_email
from aerogram.wire.mime.build import build
from aerogram.wire.mime.date import format_date
from aerogram.wire.mime.errors import MailError
from aerogram.wire.mime.parts import Parts
from aerogram.wire.mime.rewrite import rewrite

if TYPE_CHECKING:
    from aerogram.model.message import Letter
    from aerogram.wire.dkim.sign import Signer

_decode_parts: Final = msgspec.json.Decoder(Parts).decode
# What of a body goes into its Message-ID: enough to tell apart the contents of two installations
# that happened to give them one id.
_IDENTIFYING: Final = 4096
_DIGEST: Final = 32


class ComposeError(AerogramError):
    """A stored content cannot become a mail; it would fail again, so a person must look at it."""


class Composer:
    """Makes mails in the name of one host."""

    def __init__(self, hostname: str) -> None:
        """``hostname`` stands in the trace line of mail that came by SMTP. Raises `AddressError`."""
        self._hostname: Final = ascii_domain(hostname)

    def compose(self, letter: Letter, signer: Signer | None) -> bytes:
        """Compose the mail of a letter; see `compose_content`."""
        return self.compose_content(
            content_id=letter.content_id,
            kind=letter.kind,
            body=letter.body,
            from_email=letter.from_email,
            accepted_ms=letter.accepted_ms,
            signer=signer,
        )

    def compose_content(
        self,
        *,
        content_id: int,
        kind: ContentKind,
        body: bytes,
        from_email: str,
        accepted_ms: int,
        signer: Signer | None,
    ) -> bytes:
        """Give the mail as it goes out, signed when there is a signer.

        All recipients of one content have the same mail: a worker may keep it by ``content_id``.
        ``accepted_ms`` are milliseconds since the Unix epoch. Raises `ComposeError`.
        """
        try:
            digest = _digest(content_id, accepted_ms, body)
            message_id = f"{_uuid(digest)}@{ascii_domain(split_email(from_email)[1])}"
            if kind is ContentKind.MIME:
                received = self._received(content_id, accepted_ms)
                mail = rewrite(body, received=received, date_ms=accepted_ms, message_id=message_id)
            else:
                parts = _decode_parts(body)
                mail = build(parts, message_id=message_id, date_ms=accepted_ms, boundary_seed=digest)
            return mail if signer is None else signer.sign(mail, accepted_ms // 1000) + mail
        except (MailError, msgspec.MsgspecError, UnicodeError) as error:
            raise ComposeError(f"The mail cannot be composed: {error}") from error

    def _received(self, content_id: int, accepted_ms: int) -> bytes:
        """Write the trace line of a submission (RFC 5321 §4.4), without the client's name and address.

        Those would tell every recipient where the sender sits (RFC 5321 §7.6); the id leads an operator
        to the content, and to its transcript.
        """
        return (
            f"Received: by {self._hostname} (Aerogram) with ESMTP id {content_id:x};\r\n {format_date(accepted_ms)}\r\n"
        ).encode()


def _digest(content_id: int, accepted_ms: int, body: bytes) -> bytes:
    """Identify a content among all contents of all installations."""
    seed = b"%d %d %d " % (content_id, accepted_ms, len(body))
    return hashlib.blake2b(seed + body[:_IDENTIFYING], digest_size=_DIGEST).digest()


def _uuid(digest: bytes) -> str:
    """Write a digest in the shape of a UUID (version 8, RFC 9562 §5.8)."""
    text = digest.hex()
    return f"{text[:8]}-{text[8:12]}-8{text[13:16]}-{'89ab'[digest[8] & 3]}{text[17:20]}-{text[20:32]}"
