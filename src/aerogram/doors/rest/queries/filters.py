"""Kinds of filter: how a query parameter becomes a condition (compatibility: rest#filters).

The predicates themselves belong to the collections; a filter only reads its value and names one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from aerogram.doors.rest.fields.kinds import InvalidValueError, flag_of, integer_of
from aerogram.doors.rest.fields.moments import MomentError, first_and_last
from aerogram.doors.rest.queries.listing import Condition

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    Read = Callable[[str], Any]

NOTHING: Final = Condition("nothing", True)
"""Fulfilled by no row: for filters on things of which none exists."""
EVERYTHING: Final = Condition("everything", True)
"""Fulfilled by every row: for filters on what is the same of all."""
_NO_CODE: Final = -(2**15)
"""The least number of 16 bits."""


class Companion(msgspec.Struct, frozen=True):
    """A query parameter that only says how a filter's is meant."""

    name: str
    meaning: str


class Filter:
    """A query parameter that selects rows: its value, read by ``read``, goes to a condition."""

    companions: tuple[Companion, ...] = ()

    def __init__(self, name: str, condition_name: str, read: Read, meaning: str) -> None:
        self.name = name
        self._condition_name = condition_name
        self._read = read
        self.meaning = meaning

    def condition(self, text: str) -> Condition:
        """Read the value of the parameter. Raises `InvalidValueError`."""
        return Condition(self._condition_name, self._read(text))

    def among(self, text: str, parameters: Mapping[str, str]) -> Condition:  # noqa: ARG002 - for subclasses
        """Read the value beside the other parameters, by their names in lower case. Raises `InvalidValueError`."""
        return self.condition(text)


def with_companions(filters: Iterable[Filter]) -> Iterator[Filter | Companion]:
    """Give filters, each followed by the parameters that say how it is meant."""
    for filter_ in filters:
        yield filter_
        yield from filter_.companions


class Absent(Filter):
    """A filter on something of which no row has any, such as contacts before there are contacts."""

    def __init__(self, name: str, meaning: str) -> None:
        super().__init__(name, "", str, f"{meaning} (none exists yet, so no row matches)")

    def condition(self, _: str) -> Condition:
        """Select nothing."""
        return NOTHING


class Inert(Filter):
    """A parameter of which it is not known what it selects: whatever it says, every row is selected."""

    def __init__(self, name: str, read: Read = str) -> None:
        super().__init__(name, "", read, "selects nothing away")

    def condition(self, text: str) -> Condition:
        """Select everything. Raises `InvalidValueError` for what can be no value of it."""
        self._read(text)
        return EVERYTHING


class AlwaysIs(Filter):
    """A filter by a flag that has one value in every row."""

    def __init__(self, name: str, value: bool, meaning: str) -> None:  # noqa: FBT001 - reads as a statement
        super().__init__(name, "", flag, meaning)
        self._value = value

    def condition(self, text: str) -> Condition:
        """Select everything or nothing."""
        return EVERYTHING if flag(text) is self._value else NOTHING


class OneOf(Filter):
    """A filter by a word or a number, or a comma list of them, which means any of them."""

    def condition(self, text: str) -> Condition:
        """Give the condition with a tuple of values in rising order."""
        parts = [part.strip() for part in text.split(",")]
        return Condition(
            self._condition_name, tuple(sorted({value for part in parts for value in self._read(part)}))
        )


class Selection(Filter):
    """A filter by a set of words: a comma list, compared as ``{name}SelectionMethod`` says.

    The condition is ``{condition_name}_{method}`` with a tuple of words; ``issubset`` selects rows that
    have no word outside of the list.
    """

    METHODS: Final = ("containsany", "containsall", "issubset")

    def __init__(self, name: str, condition_name: str, words: Sequence[str], meaning: str) -> None:
        super().__init__(name, condition_name, str, meaning)
        self._words = words
        self.companions = (
            Companion(f"{name}SelectionMethod", f"how {name} is compared: {', '.join(self.METHODS)}"),
        )

    def among(self, text: str, parameters: Mapping[str, str]) -> Condition:
        """Read the words, and the method from its own parameter."""
        [method] = self.companions
        chosen = parameters.get(method.name.lower(), "").strip().lower() or self.METHODS[0]
        if chosen not in self.METHODS:
            raise InvalidValueError(f"{method.name} is one of {', '.join(self.METHODS)}")
        asked = tuple(part.strip().lower() for part in text.split(","))
        if not set(asked) <= set(self._words):
            raise InvalidValueError(f"the words are {', '.join(self._words)}")
        return Condition(f"{self._condition_name}_{chosen}", asked)


class _Like(Filter):
    """A text compared as the end of the parameter's name says, ignoring case or not."""

    def condition(self, text: str) -> Condition:
        """Read any text; one that is compared ignoring case goes out in lower case."""
        return Condition(self._condition_name, lowered(text) if self.name.endswith("CI") else words(text))


LIKES: Final = {
    "": "equal to this",
    "CI": "equal to this, ignoring case",
    "Like": "with this in it",
    "LikeCI": "with this in it, ignoring case",
    "LLike": "that starts with this",
    "LLikeCI": "that starts with this, ignoring case",
    "RLike": "that ends with this",
    "RLikeCI": "that ends with this, ignoring case",
}
"""The family of comparisons by the end of the parameter's name (compatibility: rest#filters)."""


def likes(name: str, condition_name: str, kinds: Sequence[str] = tuple(LIKES)) -> tuple[Filter, ...]:
    """Declare a family of text filters: ``{name}``, ``{name}CI``, ``{name}Like``….

    The condition of each is ``{condition_name}`` with the end in lower case behind an underscore, as
    ``email``, ``email_ci`` and ``email_llikeci``; `aerogram.store.records.querying.matching` has the predicates. The
    value is the text itself, in lower case where case is ignored.
    """
    return tuple(
        _Like(
            f"{name}{kind}",
            f"{condition_name}_{kind.lower()}" if kind else condition_name,
            words,
            f"{name} {LIKES[kind]}",
        )
        for kind in kinds
    )


def references(name: str, condition_name: str, meaning: str) -> tuple[Filter, Filter]:
    """Declare a filter by the ID of another object under its two names, ``X`` and ``XID``."""
    return (
        Filter(name, condition_name, integer, f"ID of the {meaning}"),
        Filter(f"{name}ID", condition_name, integer, f"ID of the {meaning}"),
    )


def words(text: str) -> str:
    """Read any text; NUL is refused, as no database has one."""
    if "\0" in text:
        raise InvalidValueError("a NUL character")
    return text


def lowered(text: str) -> str:
    """Read a text that is compared ignoring case."""
    return words(text).lower()


def integer(text: str) -> int:
    """Read a whole number."""
    read = integer_of(text.strip())
    if read is None:
        raise InvalidValueError("not an integer")
    return read


def code(text: str) -> int:
    """Read a number that a column of 16 bits is compared with; one that it cannot hold becomes one that none has."""
    read = integer(text)
    return read if abs(read) < -_NO_CODE else _NO_CODE


def flag(text: str) -> bool:
    """Read true, false, 1 or 0."""
    read = flag_of(text.strip())
    if read is None:
        raise InvalidValueError("neither true nor false")
    return read


def bit(text: str) -> int:
    """Read a flag as stores keep it."""
    return int(flag(text))


def start_moment(text: str) -> int:
    """Read a moment as milliseconds since the epoch: its first one, when it is given in seconds."""
    return _moment(text)[0]


def end_moment(text: str) -> int:
    """Read a moment as milliseconds since the epoch: its last one, when it is given in seconds."""
    return _moment(text)[1]


def _moment(text: str) -> tuple[int, int]:
    try:
        return first_and_last(text)
    except MomentError as error:
        raise InvalidValueError(str(error)) from None
