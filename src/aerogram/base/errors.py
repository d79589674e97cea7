"""The tree of errors.

::

    AerogramError             anything of ours; carries a public sentence
    ├── SettingsError         the operator must change a setting; `serve` ends with this one line
    ├── RefusedError          the caller must change the request; carries code and path where known
    │   ├── NotUniqueError    another object has what only one may have, by the store's own rule
    │   │   └── TakenError    the same, found by a rule that knows the value
    │   ├── TooManyError      the account has as many of a kind as it may have
    │   └── LockedError       the object is locked against changes
    ├── NotFoundError         no such object for this account
    └── UnavailableError      ours or a passing state; the same call may work later
        ├── StoreFullError    disk or quota of the store is used up
        └── TooSlowError      a question about many rows took longer than it may

Expected outcomes (a bounce, a deferral) are values in `aerogram.model`, never exceptions.
"""

from __future__ import annotations


class AerogramError(Exception):
    """Anything of ours. ``str(error)`` is a sentence that may be shown to the caller."""


class SettingsError(AerogramError):
    """A setting is wrong or the machine cannot give what it asks for."""


class RefusedError(AerogramError):
    """The request is wrong and will be wrong again unless the caller changes it."""


class NotUniqueError(RefusedError):
    """Another object of the store has what only one may have; nothing was written."""


class TakenError(NotUniqueError):
    """Another object of the account has the value that only one may have; nothing was written.

    ``noun`` says what kind of object it is. ``value`` is the value that must be unique, as it is stored; that of
    several properties is joined by ``|``, as Mailjet writes it.
    """

    def __init__(self, noun: str, value: str, sentence: str = "") -> None:
        super().__init__(sentence or f'The account has a {noun} "{value}" already.')
        self.noun = noun
        self.value = value


class TooManyError(RefusedError):
    """The account has as many objects of a kind as it may have; ``nouns`` says of which, in the plural."""

    def __init__(self, nouns: str, most: int) -> None:
        super().__init__(f"An account may have {most} {nouns}.")
        self.nouns = nouns
        self.most = most


class LockedError(RefusedError):
    """The object is locked against changes; ``subject`` says what is, as a sentence begins."""

    def __init__(self, subject: str) -> None:
        super().__init__(f"{subject} is locked.")
        self.subject = subject


class NotFoundError(AerogramError):
    """The object does not exist for the account that asks."""


class UnavailableError(AerogramError):
    """The request may be right; the service cannot carry it out now."""


class StoreFullError(UnavailableError):
    """The disk or the database has no room; nothing was accepted."""


class TooSlowError(UnavailableError):
    """A search through many rows took longer than it may, and was given up."""

    def __init__(self) -> None:
        super().__init__("The search took too long and was given up. Ask for less, or again a little later.")
