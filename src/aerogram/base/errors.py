"""The tree of errors.

::

    AerogramError             anything of ours; carries a public sentence
    ├── SettingsError         the operator must change a setting; `serve` ends with this one line
    ├── RefusedError          the caller must change the request; carries code and path where known
    │   └── NotUniqueError    another object has what only one may have
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
