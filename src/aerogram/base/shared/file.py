"""The shared file as one process sees it."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import mmap
import os
import secrets
import tempfile
from typing import TYPE_CHECKING, Final

from aerogram.base.errors import AerogramError
from aerogram.base.shared.layout import (
    KEY_BYTES,
    MAGIC,
    MAGIC_WORD,
    MAX_COUNTERS,
    MAX_NAMES_BYTES,
    MAX_SLOTS,
    NAMES_BYTE,
    NAMES_LENGTH_WORD,
    PAGE,
    SECRET_BYTE,
    SLOT_BYTES,
    SLOTS_WORD,
    WORD,
    file_bytes,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

_SECRET_BYTES: Final = 32


class SharedError(AerogramError):
    """The file is not one that this release can use."""


class SharedFile:
    """The mapping, and which slot is our own; None for a process that only looks, as the supervisor does.

    ``bytes`` and ``words`` are the same memory; `words` are unsigned and have 8 bytes each.
    """

    def __init__(self, descriptor: int, slot: int | None) -> None:
        """Map an open file. Raises `SharedError` if another release made it, or it has no such slot."""
        self.descriptor = descriptor
        size = os.fstat(descriptor).st_size
        if size < PAGE:
            raise SharedError("The shared memory has no head.")
        self.bytes = mmap.mmap(descriptor, size)
        self.words = memoryview(self.bytes).cast("Q")
        self.slots = self.words[SLOTS_WORD]
        if self.words[MAGIC_WORD] != MAGIC or size != file_bytes(self.slots):
            raise SharedError("The shared memory was made by another release of Aerogram.")
        if slot is not None and not 0 <= slot < self.slots:
            raise SharedError(f"The shared memory has {self.slots} slots, and slot {slot} is none of them.")
        self.slot = slot
        self._secret = self.bytes[SECRET_BYTE : SECRET_BYTE + _SECRET_BYTES]

    @property
    def own(self) -> int:
        """Our own slot. Raises `SharedError` if we have none."""
        if self.slot is None:
            raise SharedError("A process without a slot cannot write.")
        return self.slot

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the counters."""
        text = self.bytes[NAMES_BYTE : NAMES_BYTE + self.words[NAMES_LENGTH_WORD]]
        return tuple(text.decode().splitlines())

    def word_of(self, slot: int) -> int:
        """Return the index of the first word of a slot."""
        return (PAGE + slot * SLOT_BYTES) // WORD

    def column(self, word: int) -> memoryview[int]:
        """Return the words of all slots that have this place in their slot, as a live view."""
        return self.words[PAGE // WORD + word :: SLOT_BYTES // WORD]

    def digest(self, key: bytes) -> bytes:
        """Return what stands for a key. Nobody who chooses keys can choose where they are kept."""
        return hashlib.blake2b(key, digest_size=KEY_BYTES, key=self._secret).digest()


def make_file(slots: int, names: Sequence[str]) -> int:
    """Make a file without a name, and return its descriptor. Raises `OSError` when there is no room for it."""
    text = "\n".join(names).encode()
    if not 1 <= slots <= MAX_SLOTS:
        raise SharedError(f"At most {MAX_SLOTS} processes can count together; {slots} is not possible.")
    if len(set(names)) < len(names) or len(names) > MAX_COUNTERS or len(text) > MAX_NAMES_BYTES:
        raise SharedError("The names of the counters are too many, too long, or not different.")
    descriptor = _descriptor(file_bytes(slots))
    with mmap.mmap(descriptor, PAGE) as head, memoryview(head).cast("Q") as words:
        head[SECRET_BYTE : SECRET_BYTE + _SECRET_BYTES] = secrets.token_bytes(_SECRET_BYTES)
        head[NAMES_BYTE : NAMES_BYTE + len(text)] = text
        words[NAMES_LENGTH_WORD], words[SLOTS_WORD], words[MAGIC_WORD] = len(text), slots, MAGIC
    return descriptor


def _descriptor(size: int) -> int:
    if hasattr(os, "memfd_create"):
        with contextlib.suppress(OSError):
            return _sealed(os.memfd_create("aerogram", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING), size)
    with tempfile.TemporaryFile() as file:
        # Written out, because a process that writes to a page for which the disk has no room dies of SIGBUS.
        for _ in range(0, size, PAGE):
            file.write(bytes(PAGE))
        file.flush()
        return os.dup(file.fileno())


def _sealed(descriptor: int, size: int) -> int:
    os.truncate(descriptor, size)
    with contextlib.suppress(OSError):
        # Nobody can cut it short under the others, who would then die of SIGBUS.
        fcntl.fcntl(
            descriptor, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL
        )
    return descriptor
