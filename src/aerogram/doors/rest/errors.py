"""What the engine refuses, in Mailjet's words. A door writes them as its error body.

(compatibility: rest#errors)
"""

from __future__ import annotations

from typing import Final

from aerogram.base.errors import RefusedError


class RestError(RefusedError):
    """A refusal with its HTTP status; ``info`` is the detail, text or an object naming properties."""

    def __init__(self, status: int, message: str, info: object = "") -> None:
        super().__init__(message)
        self.status = status
        self.info = info


class MethodNotAllowedError(RestError):
    """The resource has no such verb; ``allowed`` are those it has."""

    def __init__(self, allowed: tuple[str, ...]) -> None:
        super().__init__(405, "Method not allowed")
        self.allowed = allowed


INVALID: Final = "Object properties invalid"
"""The message of a refusal whose detail tells what is wrong."""


def not_found() -> RestError:
    """Refuse a key that names nothing of the account's."""
    return RestError(404, "Object not found")


def does_not_exist() -> RestError:
    """Refuse such a key in the words of Mailjet's newer services.

    (compatibility: templates#stored-templates)
    """
    return RestError(404, "The resource with the specified ID you are trying to reach does not exist.")


def master_only() -> RestError:
    """Refuse what only the first account may do (compatibility: rest#statuses)."""
    return RestError(403, "Operation not allowed")


def locked(why: str) -> RestError:
    """Refuse to change what is locked: nobody may, whatever their key."""
    return RestError(403, why)


def unknown_resource(name: str) -> RestError:
    """Refuse a resource that does not exist."""
    return RestError(400, f'Unknown resource: "{name[:80]}"', "Bad Request")


def broken_json(why: str) -> RestError:
    """Refuse a body that is not a JSON object."""
    return RestError(400, f"Invalid json input: {why}")


def operation_not_allowed() -> RestError:
    """Refuse a verb that Mailjet knows and does not do here (compatibility: rest#errors)."""
    return RestError(401, "Operation not allowed")


def unresolved(name: str, key: str) -> RestError:
    """Refuse a reference to an object by a key that none has (compatibility: rest#errors)."""
    return RestError(
        400, f'Property "{name}", alternate key value "{key[:320]}" could not be resolved to an ID'
    )


def media_type() -> RestError:
    """Refuse a body that by its media type is no JSON."""
    return RestError(415, "Content-Type must be application/json")


def unknown_property(class_name: str, name: str) -> RestError:
    """Refuse a body with a property that the class has not, in recorded words.

    (compatibility: rest#errors)
    """
    return broken_json(f'object ""->"T{class_name}" has no property "{name[:80]}"')


def unknown_key(name: str) -> RestError:
    """Refuse a name that no property of contacts has, in recorded words.

    (compatibility: contacts#contact-data)
    """
    return RestError(400, f'Invalid key name: "{name[:80]}"')


def invalid_query(why: str) -> RestError:
    """Refuse a query parameter's value."""
    return RestError(400, f"Unexpected error during GET: {why}")


def read_only(name: str) -> RestError:
    """Refuse a new value for a property that clients cannot set, in recorded words.

    (compatibility: rest#errors)
    """
    return RestError(401, f'Internal error: MJ19 Setting a value for property "{name}" is not allowed')


def taken(class_name: str, value: str, property_name: str) -> RestError:
    """Refuse a second object with a key that must be unique."""
    return RestError(
        400, f'MJ18 A {class_name} resource with value "{value}" for {property_name} already exists.'
    )


def not_unique(class_name: str) -> RestError:
    """Refuse such an object when only the store noticed, which does not say whose key it is."""
    return RestError(400, f"MJ18 A {class_name} resource with the same unique key already exists.")


def invalid_properties(reasons: dict[str, str]) -> RestError:
    """Refuse a body by all its errors: one as a sentence, several by their properties.

    (compatibility: contacts#one-contact-and-one-list)
    """
    info = {name: f"MJ08 Property {name} is invalid: {reason}" for name, reason in reasons.items()}
    if len(info) == 1:
        return RestError(400, INVALID, next(iter(info.values())))
    return RestError(400, INVALID, info)
