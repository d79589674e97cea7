"""The property of an object that names another one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aerogram.doors.rest import faults
from aerogram.doors.rest.fields import Integer, ValueFault
from aerogram.store.records import references

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aerogram.doors.rest.fields import Field
    from aerogram.doors.rest.listing import Row
    from aerogram.store.records.references import Target
    from aerogram.store.sql import Unit


class Reference(Integer):
    """The id of another object of the account. It is left out while it names none, and 0 takes it back."""

    def __init__(self, name: str, source: str, target: Target, **marks: Any) -> None:
        super().__init__(name, source, **marks)
        self.target = target

    def read(self, value: Any) -> int | None:  # type: ignore[override]
        """Read an id; None for 0."""
        read = super().read(value) or None
        if read is None and self.is_required:
            raise ValueFault("MJ03 A non-empty value is required")
        return read


def check(fields: Iterable[Field], account_id: int, values: Row) -> Unit[None]:
    """Refuse values that name objects which the account has not. Raises `RestError`."""
    missing = {}
    for field in fields:
        named = values.get(field.source) if isinstance(field, Reference) else None
        if isinstance(field, Reference) and named is not None:
            if not (yield from references.exists(account_id, field.target, named)):
                missing[field.name] = f"There is no {field.target.value} with the ID {named}"
    if missing:
        raise faults.invalid_properties(missing)
