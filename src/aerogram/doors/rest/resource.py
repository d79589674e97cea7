"""What a resource declares: its properties, filters, keys, verbs and permissions. The engine serves it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import msgspec

from aerogram.doors.rest.fields import integer_of
from aerogram.doors.rest.listing import Condition
from aerogram.model.account import Level

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from aerogram.doors.rest.fields import Field
    from aerogram.doors.rest.filters import Filter
    from aerogram.doors.rest.listing import Changeable, Collection, Row
    from aerogram.model.account import Area

    Key = Callable[[str], Condition | None]
    """Reads the key of a path as the condition that selects its object; None when it is of another form."""

LEVELS: Mapping[str, Level] = {
    "GET": Level.READ,
    "POST": Level.WRITE,
    "PUT": Level.WRITE,
    "DELETE": Level.FULL,
}
"""What each verb needs in the resource's area; deleting cannot be undone."""


class Action(msgspec.Struct, frozen=True):
    """Something done to one object: ``POST /{resource}/{key}/{name}``. ``run`` gives the rows to show."""

    name: str
    summary: str
    run: Callable[[int, Row], Awaitable[list[Row]]]
    method: str = "POST"
    level: Level = Level.WRITE
    status: int = 200


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

    def __init__(self, collection: Collection, actions: tuple[Action, ...] = ()) -> None:
        self.collection = collection
        self.actions = {action.name: action for action in actions}

    # What follows is derived once per class.
    shown: ClassVar[tuple[Field, ...]]
    """The fields in the order of the answer: alphabetical, ignoring case (facts: REST.md 4)."""
    by_lower_name: ClassVar[Mapping[str, Field]]
    sortable_fields: ClassVar[Mapping[str, Field]]
    filters_by_lower_name: ClassVar[Mapping[str, Filter]]

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        cls.shown = tuple(sorted(cls.fields, key=lambda field: field.name.lower()))
        cls.by_lower_name = {field.name.lower(): field for field in cls.fields}
        cls.sortable_fields = {
            name.lower(): cls.by_lower_name[name.lower()]
            for name in cls.sortable
            if name.lower() in cls.by_lower_name
        }
        cls.filters_by_lower_name = {filter_.name.lower(): filter_ for filter_ in cls.filters}

    def selecting(self, key: str) -> Condition | None:
        """Read the key of a path; None when it can name no object."""
        return next((found for read in self.keys if (found := read(key)) is not None), None)

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
