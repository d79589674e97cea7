"""What a resource declares: its properties, filters, keys, verbs and permissions. The engine serves it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final

import msgspec

from aerogram.doors.rest import faults
from aerogram.doors.rest.fields import integer_of
from aerogram.doors.rest.listing import Condition
from aerogram.model.account import Level

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from aerogram.doors.rest.faults import RestError
    from aerogram.doors.rest.fields import Field
    from aerogram.doors.rest.filters import Filter
    from aerogram.doors.rest.listing import Changeable, Collection, Row
    from aerogram.model.account import Area

    Run = Callable[[int, Row, Row], Awaitable[list[Row]]]
    """Takes the account's id, the object and the values of the body; gives the rows to show."""
    Key = Callable[[str], Condition | None]
    """Reads the key of a path as the condition that selects its object; None when it is of another form."""

LEVELS: Mapping[str, Level] = {
    "GET": Level.READ,
    "POST": Level.WRITE,
    "PUT": Level.WRITE,
    "DELETE": Level.FULL,
}
"""What each verb needs in the resource's area; deleting cannot be undone."""


MAX_BODY_BYTES: Final = 1024 * 1024
"""Far more than any object has that says nothing else."""


class Action(msgspec.Struct, frozen=True):
    """Something done to one object: ``{method} /{resource}/{key}/{name}``. Each verb is an action of its own."""

    name: str
    summary: str
    run: Run
    method: str = "POST"
    level: Level = Level.WRITE
    status: int = 200
    takes: tuple[Field, ...] = ()
    """The properties of its body; without any, the body is not looked at."""
    shows: tuple[Field, ...] = ()
    """The properties of its rows, in this order; without any, its rows are the resource's."""
    max_body_bytes: int = MAX_BODY_BYTES


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
    sortable: ClassVar[tuple[str, ...]] = ("ID",)
    methods: ClassVar[frozenset[str]] = frozenset({"GET"})
    key_selects_many: ClassVar[bool] = False
    """A key stands for a list (the history of a message): all rows, and none is no error."""

    is_recent: ClassVar[bool] = False
    """Mailjet serves it by its newer backend: properties as declared, errors with an identifier (facts: REST.md 15)."""

    def __init__(self, collection: Collection, actions: tuple[Action, ...] = ()) -> None:
        self.collection = collection
        self.actions = {
            name: {action.method: action for action in actions if action.name == name}
            for name in dict.fromkeys(action.name for action in actions)
        }
        """Actions by name, then by verb."""

    # What follows is derived once per class.
    shown: ClassVar[tuple[Field, ...]]
    """The fields in the order of the answer: alphabetical, ignoring case (facts: REST.md 4), unless recent."""
    by_lower_name: ClassVar[Mapping[str, Field]]
    sortable_fields: ClassVar[Mapping[str, Field]]
    filters_by_lower_name: ClassVar[Mapping[str, Filter]]

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        cls.shown = cls.fields if cls.is_recent else tuple(sorted(cls.fields, key=_lower_name))
        cls.by_lower_name = {_lower_name(field): field for field in cls.fields}
        cls.sortable_fields = {
            name.lower(): cls.by_lower_name[name.lower()]
            for name in cls.sortable
            if name.lower() in cls.by_lower_name
        }
        cls.filters_by_lower_name = {filter_.name.lower(): filter_ for filter_ in cls.filters}

    def selecting(self, key: str) -> Condition | None:
        """Read the key of a path; None when it can name no object."""
        return next((found for read in self.keys if (found := read(key)) is not None), None)

    def missing(self) -> RestError:
        """Make the refusal of a key that names no object."""
        return faults.does_not_exist() if self.is_recent else faults.not_found()

    def completed(self, row: Row, values: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002 - for subclasses
        """Add to the values of a PUT what they imply; ``row`` is the object before."""
        return values


class ChangeableResource(Resource):
    """A resource whose objects clients make, change and remove."""

    collection: Changeable

    def __init__(self, collection: Changeable, actions: tuple[Action, ...] = ()) -> None:
        super().__init__(collection, actions)


def by_id(text: str) -> Condition | None:
    """Read a numeric ID."""
    number = integer_of(text)
    return None if number is None else Condition("id", number)
