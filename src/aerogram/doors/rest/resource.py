"""What a resource declares: its properties, filters, keys, verbs and permissions. The engine serves it."""

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
    """Takes who asks, the object and the values of the request; gives the rows to show.

    The object of an action without key is an empty row. The values are those of the body by their fields'
    sources, of the query by their filters' conditions, and the id behind the action by ``sub_id``; `CONDITIONS`
    has those of the query once more, as two of them may bear one name, where the action asks for any.
    """
    Key = Callable[[str], Condition | None]
    """Reads the key of a path as the condition that selects its object; None when it is of another form."""

REFUSALS: Final = (NotFoundError, NotUniqueError, LockedError, TooManyError)
"""What collections and actions raise and `Resource.refusal` translates; a `TakenError` is a `NotUniqueError`."""
CONDITIONS: Final = "conditions"
"""The name under which an action that asks for some finds the `Condition`s of its query, as a tuple."""
LEVELS: Mapping[str, Level] = {
    "GET": Level.READ,
    "POST": Level.WRITE,
    "PUT": Level.WRITE,
    "DELETE": Level.FULL,
}
"""What each verb needs in the resource's area; deleting cannot be undone."""


MAX_BODY_BYTES: Final = 1024 * 1024
"""Far more than any object has that says nothing else."""
_NAME_AND_ID: Final = 2
"""Segments of an action's path that ends with an id."""


class Action(msgspec.Struct, frozen=True):
    """Something done to one object: ``{method} /{resource}/{key}/{name}``. Each verb is an action of its own.

    Two marks give other paths: ``is_keyless`` leaves the key out (``contact/managemanycontacts``), ``sub_id``
    adds an id (``contactslist/{key}/managemanycontacts/{job}``). An action with and one without such an id
    may bear the same name and verb.
    """

    name: str
    """In Mailjet's spelling; paths are compared ignoring case."""
    summary: str
    run: Run
    method: str = "POST"
    level: Level | None = None
    """What it needs in the resource's area. None is no rule, and no rule means no: every declaration names one."""
    status: int = 200
    """The status of success; with 204 the rows that it gives are not shown."""
    body_fields: tuple[Field, ...] = ()
    """The properties of its body; without any, the body is not looked at."""
    response_fields: tuple[Field, ...] = ()
    """The properties of its rows, in this order; without any, its rows are the resource's."""
    query_fields: tuple[Filter, ...] = ()
    """The parameters of its query."""
    is_keyless: bool = False
    sub_id: str = ""
    """The name that the number behind the action has among the values; "" when there is none."""
    is_bare: bool = False
    """Its one row goes out as it is, without ``Count``, ``Data`` and ``Total``."""
    is_paged: bool = False
    """It gives a `Page` of many rows, and finds ``limit`` and ``offset`` among its values."""
    is_repeated: bool = False
    """The properties of its one row also stand beside ``Count``, ``Data`` and ``Total``, for clients read either."""
    max_body_bytes: int = MAX_BODY_BYTES

    def path(self, resource_name: str) -> str:
        """Give its path below ``/v3/REST/``, with names in braces."""
        parts = (resource_name, *(() if self.is_keyless else ("{key}",)), self.name)
        return "/".join((*parts, f"{{{self.sub_id}}}") if self.sub_id else parts)


class ActionCall(msgspec.Struct, frozen=True):
    """Where a path of an action leads: its verbs, the key and the id behind it, "" where there is none."""

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
    """The property by which objects are found beside their ID; several are joined by ``|``."""
    unique_properties: ClassVar[str] = ""
    """The properties whose values only one object may have, as a refusal names them; without any, ``unique_key``."""
    sortable: ClassVar[tuple[str, ...]] = ("ID",)
    methods: ClassVar[frozenset[str]] = frozenset({"GET"})
    alternate_keys: ClassVar[tuple[Key, ...]] = ()
    """What an ``XALT`` may be beside the keys that paths have."""
    ids_condition: ClassVar[str] = ""
    """The condition that takes a tuple of ids; without one, objects are read one by one in ``Style=Full``."""
    refused_methods: ClassVar[frozenset[str]] = frozenset()
    """Verbs answered with 401 ``Operation not allowed`` where others are with 405 (``DELETE`` of a contact)."""
    key_selects_many: ClassVar[bool] = False
    """A key stands for a list (the history of a message): all rows, and none is no error."""

    posts_to_one: ClassVar[bool] = False
    """POST on an object's own path does what PUT does there (``contactdata``)."""

    is_singular: ClassVar[bool] = False
    """An account has one, which PUT also changes on the path without key (``myprofile``, ``user``)."""

    is_recent: ClassVar[bool] = False
    """Mailjet serves it by its newer backend: properties as declared, errors with an identifier.

    (compatibility: rest#two-backends)
    """

    def __init__(self, collection: Collection, actions: tuple[Action, ...] = ()) -> None:
        self.collection = collection
        self.actions = actions
        self._actions_by_place: dict[tuple[bool, str, bool], dict[str, Action]] = {}
        for action in actions:
            place = (action.is_keyless, action.name.lower(), bool(action.sub_id))
            self._actions_by_place.setdefault(place, {})[action.method] = action

    # What follows is derived once per class.
    shown: ClassVar[tuple[Field, ...]]
    """The fields in the order of the answer: alphabetical, ignoring case, unless recent.

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
        """Read the key of a path; None when it can name no object. Keys may raise `RestError`."""
        return _first(self.keys, key)

    def alternate(self, key: str) -> Condition | None:
        """Read the unique key that names an object in place of its id; None when it can name none."""
        return _first((*(read for read in self.keys if read is not by_id), *self.alternate_keys), key)

    def field_of(self, source: str) -> Field:
        """Give the property that a value is of; one that no client sees is compared like any other."""
        return self._by_source.get(source) or Field(source, source)

    def action_call(self, rest: tuple[str, ...]) -> ActionCall | None:
        """Tell which actions a path leads to by what follows the resource in it; None when to none."""
        for is_keyless in (True, False):
            key, tail = ("", rest) if is_keyless else (rest[0] if rest else "", rest[1:])
            if not 0 < len(tail) <= _NAME_AND_ID:
                continue
            found = self._actions_by_place.get((is_keyless, tail[0].lower(), len(tail) == _NAME_AND_ID))
            if found is not None:
                return ActionCall(found, key, tail[1] if tail[1:] else "")
        return None

    def unknown_property(self, name: str) -> RestError:
        """Make the refusal of a body's property that the class has not."""
        return errors.unknown_property(self.class_name, name)

    def refusal(self, error: AerogramError) -> RestError:
        """Translate what a collection or an action raised into the words of the resource."""
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
        """Make the refusal of a key that names no object."""
        return errors.does_not_exist() if self.is_recent else errors.not_found()

    def completed(self, row: Row, values: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002 - for subclasses
        """Add to the values of a PUT what they imply; ``row`` is the object before."""
        return values


class ChangeableResource(Resource):
    """A resource whose objects clients make, change and remove."""

    collection: Changeable

    def __init__(self, collection: Changeable, actions: tuple[Action, ...] = ()) -> None:
        super().__init__(collection, actions)


def _first(keys: Iterable[Key], text: str) -> Condition | None:
    """Read a key in the first of its forms that it has; no key has a NUL, as no database does."""
    if "\0" in text:
        return None
    return next((found for read in keys if (found := read(text)) is not None), None)


def by_id(text: str) -> Condition | None:
    """Read a numeric ID."""
    number = integer_of(text)
    return None if number is None else Condition("id", number)
