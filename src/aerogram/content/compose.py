"""Compose the final bytes of a mail from its content, for all recipients or for each.

Composition is deterministic: Date, Message-ID, boundaries, links and signature derive from stored data. A retry
sends the same bytes as the first attempt, so a receiver that gets both can recognise them as one mail. Only a hop
without 8BITMIME gets other bytes: the same mail, converted before it is signed.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Final

import msgspec

from aerogram.content.errors import ComposeError, ConversionError
from aerogram.content.personal.prepared import PreparedContent
from aerogram.model.message import ContentKind
from aerogram.model.send_options import PLAIN
from aerogram.wire.address import ascii_domain, split_email
from aerogram.wire.errors import MailError, UnfitMailError
from aerogram.wire.mime.date import format_date
from aerogram.wire.mime.fitting.fit import fitted
from aerogram.wire.mime.fitting.need import has_long_line, needs_seven_bit
from aerogram.wire.mime.parts import Parts
from aerogram.wire.mime.writing.build import build
from aerogram.wire.mime.writing.rewrite import rewrite

if TYPE_CHECKING:
    from aerogram.content.errors import TemplateRenderError
    from aerogram.content.personal.minting import LinkMint
    from aerogram.content.personal.prepared import Known
    from aerogram.model.message import Letter
    from aerogram.wire.dkim.sign import Signer

_decode_parts: Final = msgspec.json.Decoder(Parts).decode
# The bytes of a body that go into its Message-ID: enough to distinguish contents of two installations
# that have the same id.
_IDENTIFYING: Final = 4096
_DIGEST: Final = 32
# Those at the very top are ours: a submitted mail's own come after its Received field.
_own_signatures: Final = re.compile(rb"(?:DKIM-Signature:[^\r\n]*\r\n(?:[ \t][^\r\n]*\r\n)*)*").match
_UNFIT: Final = (MailError, msgspec.MsgspecError, UnicodeError)


class Composer:
    """Composes mail for one host. Thread-safe."""

    def __init__(
        self,
        hostname: str,
        mint: LinkMint | None = None,
        known: Known | None = None,
        *,
        is_seven_bit: bool = False,
    ) -> None:
        """Use ``hostname`` in the Received field of mail that was submitted over SMTP. Raises `AddressError`.

        Without ``mint``, mail with tracking or unsubscribe links cannot be composed. Without ``known``, there are no
        recipient profiles, only the data of the call. With ``is_seven_bit`` all mail is converted to 7-bit.
        """
        self._is_seven_bit: Final = is_seven_bit
        self._hostname: Final = ascii_domain(hostname)
        self._mint: Final = mint
        self._known: Final = known

    def compose(
        self, letter: Letter, signer: Signer | None, prepared: PreparedContent | None = None
    ) -> bytes:
        """Return the bytes to send, signed if there is a signer.

        All recipients of a content get the same mail, unless its send options are ``is_personal``. In that case,
        passing the ``prepared`` content avoids opening it again for each letter.
        No line of it is longer than 998 octets.
        Raises `ComposeError`, or its subclasses: `TemplateRenderError` when the templates fail for this letter, and
        `ConversionError` when the mail has lines that cannot leave and must not change.
        """
        try:
            mail = (
                self._plain(letter) if letter.send_options is PLAIN else self._with_options(letter, prepared)
            )
            if has_long_line(mail) or (self._is_seven_bit and needs_seven_bit(mail)):
                mail = fitted(mail, seven_bit=self._is_seven_bit)
            return _signed(mail, letter, signer)
        except _UNFIT as error:
            raise _compose_error(error) from error

    def seven_bit(self, letter: Letter, mail: bytes, signer: Signer | None) -> bytes:
        """Return a mail of `compose` for a hop without 8BITMIME: converted, and signed again (RFC 6152 §3).

        Raises `ComposeError`, or its subclass `ConversionError`.
        """
        found = _own_signatures(mail)
        try:
            return _signed(fitted(mail[found.end() if found else 0 :], seven_bit=True), letter, signer)
        except _UNFIT as error:
            raise _compose_error(error) from error

    def prepare(self, letter: Letter) -> PreparedContent:
        """Open the content of a letter, for use with `compose` for all letters of that content.

        This letter must have its body; later letters need not. Raises `ComposeError`.
        """
        try:
            return PreparedContent(letter, self._mint, self._known)
        except _UNFIT as error:
            raise _compose_error(error) from error

    def template_error(self, letter: Letter) -> tuple[TemplateRenderError, bytes] | None:
        """Return the error of a letter's templates with the unprocessed mail; None without an error.

        Raises `ComposeError`.
        """
        prepared = self.prepare(letter)
        found = prepared.template_error(letter)
        if found is None:
            return None
        try:
            message_id = _message_id(letter, letter.uuid)
            return found, prepared.raw_mail(letter, message_id=message_id, received=self._received(letter))
        except _UNFIT as error:
            raise _compose_error(error) from error

    def _plain(self, letter: Letter) -> bytes:
        digest = _digest(letter)
        message_id = _message_id(letter, _uuid(digest))
        if letter.kind is ContentKind.MIME:
            received = self._received(letter)
            return rewrite(letter.body, received=received, date_ms=letter.accepted_ms, message_id=message_id)
        parts = _decode_parts(letter.body)
        return build(parts, message_id=message_id, date_ms=letter.accepted_ms, boundary_seed=digest)

    def _with_options(self, letter: Letter, prepared: PreparedContent | None) -> bytes:
        name = letter.uuid if letter.send_options.is_personal else _uuid(_digest(letter))
        return (prepared or PreparedContent(letter, self._mint, self._known)).mail(
            letter,
            message_id=_message_id(letter, name),
            received=self._received(letter),
        )

    def _received(self, letter: Letter) -> bytes:
        """Return the Received field of a submission (RFC 5321 §4.4), without the client's name and address.

        Those would reveal the sender's location to every recipient (RFC 5321 §7.6). With the id, an operator
        finds the content and its transcript.
        """
        return (
            f"Received: by {self._hostname} (Aerogram) with ESMTP id {letter.content_id:x};\r\n"
            f" {format_date(letter.accepted_ms)}\r\n"
        ).encode()


def _signed(mail: bytes, letter: Letter, signer: Signer | None) -> bytes:
    return mail if signer is None else signer.sign(mail, letter.accepted_ms // 1000) + mail


def _compose_error(error: Exception) -> ComposeError:
    if isinstance(error, UnfitMailError):
        return ConversionError(str(error))
    return ComposeError(f"The mail cannot be composed: {error}")


def _message_id(letter: Letter, name: str) -> str:
    return f"{name}@{ascii_domain(split_email(letter.from_email)[1])}"


def _digest(letter: Letter) -> bytes:
    """Return a digest that identifies a content across installations."""
    seed = b"%d %d %d " % (letter.content_id, letter.accepted_ms, len(letter.body))
    return hashlib.blake2b(seed + letter.body[:_IDENTIFYING], digest_size=_DIGEST).digest()


def _uuid(digest: bytes) -> str:
    """Format a digest as a UUID (version 8, RFC 9562 §5.8)."""
    text = digest.hex()
    return f"{text[:8]}-{text[8:12]}-8{text[13:16]}-{'89ab'[digest[8] & 3]}{text[17:20]}-{text[20:32]}"
