"""Letters made ready to go: composed and signed, many at a time, in a thread.

One content is composed and signed once for all its letters of a batch. Signing releases the
interpreter's lock, so the event loop goes on meanwhile.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import structlog

from aerogram.base.errors import AerogramError, UnavailableError
from aerogram.model.outcome import Deferred, FailureState, Held

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aerogram.content.compose import Composer
    from aerogram.model.message import Letter
    from aerogram.senders.keyring import Keyring
    from aerogram.store.blobs import DiskBlobs

Prepared = tuple["Letter", "bytes | Deferred | Held"]

log = structlog.get_logger(__name__)


class Preparer:
    """Composes and signs; every method may run in any thread."""

    def __init__(self, composer: Composer, keyring: Keyring, blobs: DiskBlobs) -> None:
        self._composer = composer
        self._keyring = keyring
        self._blobs = blobs

    def prepare(self, letters: Sequence[Letter]) -> list[Prepared]:
        """Give each letter its final bytes, or why it must wait: for later, or for a person."""
        made: dict[int, bytes | Deferred | Held] = {}
        prepared: list[Prepared] = []
        for letter in letters:
            data = made.get(letter.content_id)
            if data is None:
                data = made[letter.content_id] = self._make(letter)
            prepared.append((letter, data))
        return prepared

    def unsigned(self, letter: Letter) -> bytes:
        """Give a letter's bytes without a signature, to be shown to its sender.

        Raises `ComposeError`, and what `DiskBlobs.read` raises.
        """
        return self._composer.compose(self._whole(letter), None)

    def _make(self, letter: Letter) -> bytes | Deferred | Held:
        try:
            signer = self._keyring.cached_signer(letter.account_id, letter.from_email)
            return self._composer.compose(self._whole(letter), signer)
        except UnavailableError as error:
            return Deferred(state=FailureState.SYSTEM_ISSUE, reply=f"451 4.3.0 {error}")
        except AerogramError as error:
            # The same bytes would fail the same way each time, so trying again is no help.
            return Held(reason=str(error))
        except Exception as error:
            # A fault of ours in one mail must not keep the others.
            log.exception("a mail could not be composed", message_id=letter.message_id)
            return Held(reason=f"An internal error kept the mail from being composed: {error!r}")

    def _whole(self, letter: Letter) -> Letter:
        """Give the letter with its body, wherever that is kept."""
        if not letter.blob:
            return letter
        return msgspec.structs.replace(letter, body=self._blobs.read(letter.blob))
