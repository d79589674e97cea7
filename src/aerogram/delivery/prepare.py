"""Composes and signs letters, many at a time, in a thread.

A content is composed and signed once for all its letters of a batch; a personal one is parsed once. Signing
releases the interpreter's lock, so the event loop continues meanwhile.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec
import structlog

from aerogram.base.errors import AerogramError, UnavailableError
from aerogram.content.errors import ConversionError, TemplateRenderError
from aerogram.model.outcome import Blocked, Bounced, Deferred, FailureState, Held
from aerogram.model.send_options import PLAIN

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aerogram.content.compose import Composer
    from aerogram.content.personal.prepared import PreparedContent
    from aerogram.model.message import Letter
    from aerogram.senders.keyring import Keyring
    from aerogram.store.blobs import DiskBlobs

MAX_PREPARED: Final = 16 * 1024 * 1024
"""Octets of mails that one call composes; the letters after them wait. A mail that many recipients share is held
once, however many they are."""

Decided = Blocked | Bounced | Deferred | Held
"""An outcome that is decided before any server is asked."""
Prepared = tuple["Letter", "bytes | Decided"]

log = structlog.get_logger(__name__)


class Preparer:
    """Composes and signs letters. Any thread may call any method.

    A call of `prepare` stops after ``max_prepared`` octets.
    """

    def __init__(
        self, composer: Composer, keyring: Keyring, blobs: DiskBlobs, max_prepared: int = MAX_PREPARED
    ) -> None:
        self._composer = composer
        self._keyring = keyring
        self._blobs = blobs
        self.max_prepared = max_prepared

    def prepare(self, letters: Sequence[Letter]) -> list[Prepared]:
        """Return letters with their final bytes, or with the outcome decided here; at least the first letter.

        Returns fewer than were given when they are large, see ``max_prepared``.
        """
        made: dict[int, bytes | Decided] = {}
        opened: dict[int, PreparedContent] = {}
        prepared: list[Prepared] = []
        room = self.max_prepared
        for letter in letters:
            if letter.send_options is not PLAIN and letter.send_options.is_personal:
                data = self._make(letter, opened)
                room -= len(data) if isinstance(data, bytes) else 0
            else:
                shared = made.get(letter.content_id)
                if shared is None:
                    shared = made[letter.content_id] = self._make(letter, None)
                    room -= len(shared) if isinstance(shared, bytes) else 0
                data = shared
            prepared.append((letter, data))
            if room <= 0:
                break
        return prepared

    def unsigned(self, letter: Letter) -> bytes:
        """Return a letter's bytes without a signature, to be shown to its sender.

        Raises `ComposeError`, and what `DiskBlobs.read` raises.
        """
        return self._composer.compose(self._whole(letter), None)

    def template_error(self, letter: Letter) -> tuple[TemplateRenderError, bytes] | None:
        """Return the error of a letter's templates, with the mail as its sender wrote it.

        Raises `ComposeError`, and what `DiskBlobs.read` raises.
        """
        return self._composer.template_error(self._whole(letter))

    def seven_bit(self, letter: Letter, data: bytes) -> bytes | Decided:
        """Return prepared bytes converted and signed again for a hop without 8BITMIME, or the letter's outcome."""

        def convert() -> bytes:
            signer = self._keyring.cached_signer(letter.account_id, letter.from_email)
            return self._composer.seven_bit(letter, data, signer)

        return _or_outcome(letter, convert)

    def _make(self, letter: Letter, opened: dict[int, PreparedContent] | None) -> bytes | Decided:
        """Compose a letter's mail. ``opened`` holds prepared contents, and this one is added for later letters."""

        def compose() -> bytes:
            signer = self._keyring.cached_signer(letter.account_id, letter.from_email)
            if opened is None:
                return self._composer.compose(self._whole(letter), signer)
            prepared = opened.get(letter.content_id)
            if prepared is None:
                prepared = opened[letter.content_id] = self._composer.prepare(self._whole(letter))
            return self._composer.compose(letter, signer, prepared)

        return _or_outcome(letter, compose)

    def _whole(self, letter: Letter) -> Letter:
        """Return the letter with its body, wherever that is stored."""
        if not letter.blob:
            return letter
        return msgspec.structs.replace(letter, body=self._blobs.read(letter.blob))


def _or_outcome(letter: Letter, make: Callable[[], bytes]) -> bytes | Decided:
    """Return what ``make`` returns, or the outcome that its error means."""
    try:
        return make()
    except TemplateRenderError as error:
        return Blocked(state=error.state, reply=str(error))
    except ConversionError as error:
        # RFC 6152 §3: conversion required but not supported.
        return Bounced(state=FailureState.PROTOCOL_ISSUE, reply=f"554 5.6.3 {error}", is_hard=False)
    except UnavailableError as error:
        return Deferred(state=FailureState.SYSTEM_ISSUE, reply=f"451 4.3.0 {error}")
    except AerogramError as error:
        # The same bytes would fail the same way each time, so a retry cannot help.
        return Held(reason=str(error))
    except Exception as error:
        # An error of ours in one mail must not stop the others.
        log.exception("a mail could not be composed", message_id=letter.message_id)
        return Held(reason=f"The mail was not composed because of an internal error: {error!r}")
