"""Stop work that runs in a thread: a flag that the work looks at between its slices."""

from __future__ import annotations

from typing import Final

from aerogram.base.errors import AerogramError


class HaltedError(AerogramError):
    """The work in a thread was asked to stop; nobody waits for its result."""


class Halt:
    """A flag that another thread sets. Work calls `check` at least every tenth of a second."""

    __slots__ = ("is_set",)

    def __init__(self) -> None:
        self.is_set = False

    def set(self) -> None:
        """Ask the work to stop."""
        self.is_set = True

    def check(self) -> None:
        """Raise `HaltedError` once the flag is set."""
        if self.is_set:
            raise HaltedError("The work was stopped.")


NEVER: Final = Halt()
"""The flag of work that nobody stops; it is never set."""
