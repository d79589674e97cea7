"""The declaration of a resource: properties, filters, keys, methods and permissions. The engine serves it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final

import msgspec

from aerogram.base.errors import LockedError, NotFoundError, NotUniqueError, TakenError, TooManyError
from aerogram.doors.rest import errors
from aerogram.doors.rest.fields.kinds import Field, integer_of
from aerogram.doors.rest.queries.listing import Condition
from aerogram.model.account import Level

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping

    from aerogram.base.errors import AerogramError
    from aerogram.doors.rest.errors import RestError
    from aerogram.doors.rest.queries.filters import Filter
    from aerogram.doors.rest.queries.listing import Changeable, Collection, Page, Row
    from aerogram.model.account import Area
    from aerogram.model.actor import Actor

    Run = Callable[[Actor, Row, Row], Awaitable[list[Row] | Page]]
    """Runs an action with the actor, the object and the values of the request; returns the rows to show.

    An action without a key gets an empty row. The values are those of the body by source, those of the query
    by condition, and the id after the action by ``sub_id``. If the action has query fields, `CONDITIONS` also
    holds the query's conditions as a tuple, because two of them may have the same name.
    """
    Key = Callable[[str], Condition | None]
    """Reads a key in a path as the condition that selects its object; None if the key has another form."""

REFUSALS: Final = (NotFoundError, NotUniqueError, LockedError, TooManyError)
"""Errors of services that `Resource.refusal` translates; a `TakenError` is a `NotUniqueError`."""
CONDITIONS: Final = "conditions"
"""The name of the value with the query's `Condition`s, as a tuple, for actions with query fields."""
LEVELS: Mapping[str, Level] = {
    "GET": Level.READ,
    "POST": Level.WRITE,
    "PUT": Level.WRITE,
    "DELETE": Level.FULL,
}
"""The level that each method needs in the resource's area; deleting cannot be undone."""


MAX_BODY_BYTES: Final = 1024 * 1024
"""Far more than any object without a limit of its own needs."""
_NAME_AND_ID: Final = 2
"""Path segments of an action with an id at the end."""


class Action(msgspec.Struct, frozen=True):
    """An operation on one object: ``{method} /{resource}/{key}/{name}``. Each method is an action of its own.

    Two attributes change the path: ``is_keyless`` leaves the key out (``contact/managemanycontacts``),
    ``sub_id`` adds an id (``contactslist/{key}/managemanycontacts/{job}``). An action with such an id and one
    without may share a name and a method.
    """

    name: str
    """In Mailjet's spelling; paths ignore case."""
    summary: str
    run: Run
    method: str = "POST"
    level: Level | None = None
    """The level that it needs in the resource's area. None denies everyone: each action declares one."""
    in_sandbox: bool = False
    """Callers in the sandbox may use it, although it changes something: what they change was made there."""
    status: int = 200
    """The status of success; a 204 shows no rows."""
    body_fields: tuple[Field, ...] = ()
    """The properties of the body; without any, the body is ignored."""
    response_fields: tuple[Field, ...] = ()
    """The properties of the rows, in this order; without any, the resource's own."""
    query_fields: tuple[Filter, ...] = ()
    """The parameters of the query."""
    is_keyless: bool = False
    sub_id: str = ""
    """The name of the value that holds the id after the action; "" if there is none."""
    is_bare: bool = False
    """Its one row is sent without ``Count``, ``Data`` and ``Total``."""
    is_paged: bool = False
    """It returns a `Page` and finds ``limit`` and ``offset`` among its values."""
    is_repeated: bool = False
    """The envelope repeats the properties of its one row, because clients read them in either place."""
    max_body_bytes: int = MAX_BODY_BYTES

    def path(self, resource_name: str) -> str:
        """Return its path below ``/v3/REST/``, with names in braces."""
        parts = (resource_name, *(() if self.is_keyless else ("{key}",)), self.name)
        return "/".join((*parts, f"{{{self.sub_id}}}") if self.sub_id else parts)


class ActionCall(msgspec.Struct, frozen=True):
    """An action that a path names: its methods, and the key and the id after it ("" if there is none)."""

    by_method: Mapping[str, Action]
    key: str = ""
    sub_id: str = ""


def _lower_name(field: Field) -> str:
    return field.name.lower()


class Resource:
    """A kind of object. A subclass declares it; an instance binds it to its collection."""

    name: ClassVar[str]
    """The name in paths, in lower case."""
    class_name: ClassVar[str]
    """The name in Mailjet's error messages."""
    area: ClassVar[Area]
    fields: ClassVar[tuple[Field, ...]] = ()
    filters: ClassVar[tuple[Filter, ...]] = ()
    keys: ClassVar[tuple[Key, ...]]
    unique_key: ClassVar[str] = ""
    """The property that finds an object besides its ID; several are joined by ``|``."""
    unique_properties: ClassVar[str] = ""
    """The properties that must be unique, as an error names them; without any, ``unique_key``."""
    sortable: ClassVar[tuple[str, ...]] = ("ID",)
    methods: ClassVar[frozenset[str]] = frozenset({"GET"})
    in_sandbox: ClassVar[frozenset[str]] = frozenset()
    """The methods, besides GET, that callers in the sandbox may use: what they change was made there."""
    alternate_keys: ClassVar[tuple[Key, ...]] = ()
    """The keys that an ``XALT`` may use in addition to those of paths."""
    ids_condition: ClassVar[str] = ""
    """The condition on a tuple of ids; without one, ``Style=Full`` reads objects one by one."""
    refused_methods: ClassVar[frozenset[str]] = frozenset()
    """Methods that return 401 ``Operation not allowed`` instead of 405 (``DELETE`` of a contact)."""
    key_selects_many: ClassVar[bool] = False
    """A key selects a whole list (the history of a message), and an empty list is no error."""

    posts_to_one: ClassVar[bool] = False
    """POST on an object's path works like PUT (``contactdata``)."""

    is_singular: ClassVar[bool] = False
    """An account has exactly one, and PUT without a key changes it (``myprofile``, ``user``)."""

    is_recent: ClassVar[bool] = False
    """Mailjet serves it from its newer backend: properties in declared order, errors with an identifier.

    (compatibility: rest#two-backends)
    """

    def __init__(self, collection: Collection, actions: tuple[Action, ...] = ()) -> None:
        self.collection = collection
        self.actions = actions
        self._actions_by_place: dict[tuple[bool, str, bool], dict[str, Action]] = {}
        for action in actions:
            place = (action.is_keyless, action.name.lower(), bool(action.sub_id))
            self._actions_by_place.setdefault(place, {})[action.method] = action

    # Derived once per class.
    shown: ClassVar[tuple[Field, ...]]
    """The fields in the order of the response: alphabetical, ignoring case, unless recent.

    (compatibility: rest#envelope)
    """
    by_lower_name: ClassVar[Mapping[str, Field]]
    _by_source: ClassVar[Mapping[str, Field]]
    sortable_fields: ClassVar[Mapping[str, Field]]
    filters_by_lower_name: ClassVar[Mapping[str, Filter]]

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        cls.shown = cls.fields if cls.is_recent else tuple(sorted(cls.fields, key=_lower_name))
        cls._by_source = {field.source: field for field in cls.fields}
        cls.by_lower_name = {_lower_name(field): field for field in cls.fields}
        cls.sortable_fields = {
            name.lower(): cls.by_lower_name[name.lower()]
            for name in cls.sortable
            if name.lower() in cls.by_lower_name
        }
        cls.filters_by_lower_name = {filter_.name.lower(): filter_ for filter_ in cls.filters}

    def selecting(self, key: str) -> Condition | None:
        """Read a key in a path; None if it can name no object. Keys may raise `RestError`."""
        return _first(self.keys, key)

    def alternate(self, key: str) -> Condition | None:
        """Read a unique key that names an object instead of its id; None if it can name none."""
        return _first((*(read for read in self.keys if read is not by_id), *self.alternate_keys), key)

    def field_of(self, source: str) -> Field:
        """Return the field of a source; a source without a field is compared as a plain value."""
        return self._by_source.get(source) or Field(source, source)

    def action_call(self, rest: tuple[str, ...]) -> ActionCall | None:
        """Return the actions that the path after the resource names; None if there are none."""
        for is_keyless in (True, False):
            key, tail = ("", rest) if is_keyless else (rest[0] if rest else "", rest[1:])
            if not 0 < len(tail) <= _NAME_AND_ID:
                continue
            found = self._actions_by_place.get((is_keyless, tail[0].lower(), len(tail) == _NAME_AND_ID))
            if found is not None:
                return ActionCall(found, key, tail[1] if tail[1:] else "")
        return None

    def unknown_property(self, name: str) -> RestError:
        """Return the error for a property that the class does not have."""
        return errors.unknown_property(self.class_name, name)

    def refusal(self, error: AerogramError) -> RestError:
        """Translate an error of a collection or an action into the words of the resource."""
        match error:
            case NotFoundError():
                return self.missing()
            case TakenError():
                return errors.taken(self.class_name, error.value, self.unique_properties or self.unique_key)
            case NotUniqueError():
                return errors.not_unique(self.class_name)
            case LockedError():
                return errors.locked(str(error))
            case _:
                return errors.RestError(400, str(error))

    def missing(self) -> RestError:
        """Return the error for a key that names no object."""
        return errors.does_not_exist() if self.is_recent else errors.not_found()

    def completed(self, row: Row, values: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002 - for subclasses
        """Return the values of a PUT with those that they imply; ``row`` is the object before the change."""
        return values


class ChangeableResource(Resource):
    """A resource whose objects clients create, change and remove."""

    collection: Changeable

    def __init__(self, collection: Changeable, actions: tuple[Action, ...] = ()) -> None:
        super().__init__(collection, actions)


def _first(keys: Iterable[Key], text: str) -> Condition | None:
    """Read a key in the first form that matches; NUL matches nothing, as no database stores one."""
    if "\0" in text:
        return None
    return next((found for read in keys if (found := read(text)) is not None), None)


def by_id(text: str) -> Condition | None:
    """Read a numeric ID."""
    number = integer_of(text)
    return None if number is None else Condition("id", number)
