"""Errors of the engine in Mailjet's words. Each door writes them as its own error body.

(compatibility: rest#errors)
"""

from __future__ import annotations

from typing import Final

from aerogram.base.errors import RefusedError


class RestError(RefusedError):
    """An error with its HTTP status; ``info`` is the detail: a text, or an object by property."""

    def __init__(self, status: int, message: str, info: object = "") -> None:
        super().__init__(message)
        self.status = status
        self.info = info


class MethodNotAllowedError(RestError):
    """The resource does not have this method; ``allowed`` lists the methods that it has."""

    def __init__(self, allowed: tuple[str, ...]) -> None:
        super().__init__(405, "Method not allowed")
        self.allowed = allowed


INVALID: Final = "Object properties invalid"
"""The message of an error whose detail says what is wrong."""


def not_found() -> RestError:
    """Return the error for a key that names no object of the account."""
    return RestError(404, "Object not found")


def does_not_exist() -> RestError:
    """Return the same error in the words of Mailjet's newer services.

    (compatibility: templates#stored-templates)
    """
    return RestError(404, "The resource with the specified ID you are trying to reach does not exist.")


def master_only() -> RestError:
    """Return the error for an operation reserved to the first account (compatibility: rest#statuses)."""
    return RestError(403, "Operation not allowed")


def locked(why: str) -> RestError:
    """Return the error for a change to a locked object; no key may make it."""
    return RestError(403, why)


def unknown_resource(name: str) -> RestError:
    """Return the error for an unknown resource."""
    return RestError(400, f'Unknown resource: "{name[:80]}"', "Bad Request")


def broken_json(why: str) -> RestError:
    """Return the error for a body that is not a JSON object."""
    return RestError(400, f"Invalid json input: {why}")


def operation_not_allowed() -> RestError:
    """Return the error for a method that Mailjet has but forbids here (compatibility: rest#errors)."""
    return RestError(401, "Operation not allowed")


def unresolved(name: str, key: str) -> RestError:
    """Return the error for a reference by a key that no object has (compatibility: rest#errors)."""
    return RestError(
        400, f'Property "{name}", alternate key value "{key[:320]}" could not be resolved to an ID'
    )


def media_type() -> RestError:
    """Return the error for a body whose media type is not JSON."""
    return RestError(415, "Content-Type must be application/json")


def unknown_property(class_name: str, name: str) -> RestError:
    """Return the error for a property that the class does not have, in recorded words.

    (compatibility: rest#errors)
    """
    return broken_json(f'object ""->"T{class_name}" has no property "{name[:80]}"')


def unknown_key(name: str) -> RestError:
    """Return the error for a name that is no contact property, in recorded words.

    (compatibility: contacts#contact-data)
    """
    return RestError(400, f'Invalid key name: "{name[:80]}"')


def invalid_query(why: str) -> RestError:
    """Return the error for an invalid query parameter."""
    return RestError(400, f"Unexpected error during GET: {why}")


def read_only(name: str) -> RestError:
    """Return the error for a write to a read-only property, in recorded words.

    (compatibility: rest#errors)
    """
    return RestError(401, f'Internal error: MJ19 Setting a value for property "{name}" is not allowed')


def taken(class_name: str, value: str, property_name: str) -> RestError:
    """Return the error for a second object with the same unique key."""
    return RestError(
        400, f'MJ18 A {class_name} resource with value "{value}" for {property_name} already exists.'
    )


def not_unique(class_name: str) -> RestError:
    """Return the same error when only the store found the duplicate, so that its key is not known."""
    return RestError(400, f"MJ18 A {class_name} resource with the same unique key already exists.")


def invalid_properties(reasons: dict[str, str]) -> RestError:
    """Return all validation errors of a body: one as a sentence, several by property.

    (compatibility: contacts#one-contact-and-one-list)
    """
    info = {name: f"MJ08 Property {name} is invalid: {reason}" for name, reason in reasons.items()}
    if len(info) == 1:
        return RestError(400, INVALID, next(iter(info.values())))
    return RestError(400, INVALID, info)
