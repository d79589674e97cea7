"""The hierarchy of errors.

::

    AerogramError             base of all errors; its text may be shown to clients
    ├── SettingsError         the operator must change a setting; `serve` prints this line and exits
    ├── RefusedError          the caller must change the request
    │   ├── NotUniqueError    another object has the unique value, by a constraint of the store
    │   │   └── TakenError    the same, found by a check that knows the value
    │   ├── TooManyError      the account has reached its limit of objects of a kind
    │   ├── LockedError       the object is locked against changes
    │   └── ForbiddenError    the caller lacks the permission
    ├── NotFoundError         the account has no such object
    └── UnavailableError      a temporary or internal failure; the same call may work later
        ├── StoreFullError    disk or quota of the store is used up
        ├── BusyError         clients make this process hold as many bytes as it may
        └── TooSlowError      a query over many rows exceeded its time limit

Expected outcomes (a bounce, a deferral) are values in `aerogram.model`, never exceptions.
"""

from __future__ import annotations


class AerogramError(Exception):
    """The base of all errors. ``str(error)`` is a sentence that may be shown to the caller."""


class SettingsError(AerogramError):
    """A setting is invalid, or the machine lacks what it requires."""


class RefusedError(AerogramError):
    """The request is invalid; it fails again unless the caller changes it."""


class NotUniqueError(RefusedError):
    """Another object has a value that must be unique; nothing was written."""


class TakenError(NotUniqueError):
    """Another object of the account has this unique value; nothing was written.

    ``noun`` names the kind of object. ``value`` is the unique value as stored; values of several properties are
    joined by ``|``, as Mailjet does.
    """

    def __init__(self, noun: str, value: str, sentence: str = "") -> None:
        super().__init__(sentence or f'The account has a {noun} "{value}" already.')
        self.noun = noun
        self.value = value


class TooManyError(RefusedError):
    """The account has reached its limit of objects of a kind; ``nouns`` names the kind in the plural."""

    def __init__(self, nouns: str, most: int) -> None:
        super().__init__(f"An account may have at most {most} {nouns}.")
        self.nouns = nouns
        self.most = most


class LockedError(RefusedError):
    """The object is locked against changes; ``subject`` names it and begins the sentence."""

    def __init__(self, subject: str) -> None:
        super().__init__(f"{subject} is locked.")
        self.subject = subject


class ForbiddenError(RefusedError):
    """The caller is authenticated but lacks the permission."""


class NotFoundError(AerogramError):
    """The account has no such object."""


class UnavailableError(AerogramError):
    """The service cannot carry out the request now; the request itself may be valid."""


class StoreFullError(UnavailableError):
    """The disk or the database has no room; nothing was accepted."""


class BusyError(UnavailableError):
    """The bytes that this process may hold for clients are used up; nothing was accepted."""

    def __init__(self) -> None:
        super().__init__("The server has no memory for more requests now. Try again later.")


class TooSlowError(UnavailableError):
    """A search over many rows exceeded its time limit and was stopped."""

    def __init__(self) -> None:
        super().__init__("The search took too long and was stopped. Narrow it, or try again later.")
