"""Errors of the Content API with their codes: one for the response, one for each invalid property."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from aerogram.base.errors import LockedError, NotFoundError, TakenError
from aerogram.content.labels import UnknownLabelError
from aerogram.doors.rest.errors import RestError, does_not_exist
from aerogram.doors.rest.fields.kinds import InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aerogram.base.errors import AerogramError

BAD_REQUEST: Final = 400
CONFLICT: Final = 409
TOO_LARGE: Final = 413

# From Mailjet's lists of error codes and constraints.
VALIDATION: Final = "MJ-0002"
NOT_FOUND: Final = "MJ-0003"
ALREADY_EXISTS: Final = "PS-0001"
PUBLISHED_STAYS: Final = "PS-0006"
UPLOAD_TOO_LARGE: Final = "PS-0007"
LOCKED_TO_PUBLISH: Final = "PS-0008"
LOCKED_TO_UPDATE: Final = "PS-0009"
UNEXPECTED_VALUE: Final = "MJC-0000"
REQUIRED: Final = "MJC-0002"
TOO_LONG: Final = "MJC-0004"
NOT_IN_LIST: Final = "MJC-0007"
INVALID_PARAMETER: Final = "MJC-0008"
REQUIRED_WITH: Final = "MJC-0009"
INVALID_COLOR: Final = "MJC-0010"
INVALID_PERMISSIONS: Final = "MJC-0013"
INVALID_LOCALE: Final = "MJC-0015"


REFUSALS: Final = (NotFoundError, TakenError, UnknownLabelError, LockedError)
"""The errors that `refusal` translates. A `NotFoundError` here: the object was removed meanwhile."""


class Detail(msgspec.Struct, frozen=True, rename="pascal"):
    """The validation error of one property."""

    field: str
    constraint: str
    message: str


class ContentError(RestError):
    """An error with its code."""

    def __init__(self, status: int, code: str, message: str, details: Sequence[Detail] = ()) -> None:
        super().__init__(status, message)
        self.code = code
        self.details = tuple(details)


class ConstraintError(InvalidValueError):
    """An invalid value of a property, with the code of the constraint that it violates."""

    def __init__(self, constraint: str, message: str) -> None:
        super().__init__(message)
        self.constraint = constraint


def invalid(details: Sequence[Detail]) -> ContentError:
    """Return the error of a body with all its details."""
    message = "; ".join(f"{detail.field}: {detail.message}" for detail in details)
    return ContentError(BAD_REQUEST, VALIDATION, message, details)


def flawed(reasons: dict[str, str]) -> ContentError:
    """Return the error of a body with texts or numbers that are not valid JSON, by property."""
    return invalid([Detail(field, UNEXPECTED_VALUE, reason) for field, reason in reasons.items()])


def invalid_value(field: str, constraint: str, message: str) -> ContentError:
    """Return the error of a body with one invalid property."""
    return invalid((Detail(field, constraint, message),))


def not_found() -> ContentError:
    """Return the error for an id that names no object of the account."""
    plain = does_not_exist()
    return ContentError(plain.status, NOT_FOUND, str(plain))


def refusal(error: AerogramError) -> ContentError:
    """Translate errors of the services, for every path of the API."""
    match error:
        case NotFoundError():
            return not_found()
        case TakenError():
            return ContentError(CONFLICT, ALREADY_EXISTS, str(error))
        case UnknownLabelError():
            return invalid_value("LabelIDs", NOT_IN_LIST, str(error))
        case _:
            return locked(str(error))


def locked(message: str, code: str = LOCKED_TO_UPDATE) -> ContentError:
    """Return the error for a change to a locked object."""
    return ContentError(CONFLICT, code, message)


def too_large(message: str) -> ContentError:
    """Return the error for a file that is too large."""
    return ContentError(TOO_LARGE, UPLOAD_TOO_LARGE, message)
