"""Filter types: how each query parameter becomes a condition (compatibility: rest#filters).

The collections define the predicates; a filter reads its value and names one of them.
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
"""Matches no row: for filters on features that do not exist yet."""
EVERYTHING: Final = Condition("everything", True)
"""Matches every row: for filters on a value that all rows share."""
_NO_CODE: Final = -(2**15)
"""The smallest 16-bit number."""


class Companion(msgspec.Struct, frozen=True):
    """A query parameter that controls how a filter compares."""

    name: str
    meaning: str


class Filter:
    """A query parameter that selects rows; ``read`` turns its value into the value of a condition."""

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
        """Read the value with the other parameters, keyed by lower-case name. Raises `InvalidValueError`."""
        return self.condition(text)


def with_companions(filters: Iterable[Filter]) -> Iterator[Filter | Companion]:
    """Return the filters, each followed by its companion parameters."""
    for filter_ in filters:
        yield filter_
        yield from filter_.companions


class Absent(Filter):
    """A filter on a feature that does not exist yet, so that no row matches."""

    def __init__(self, name: str, meaning: str) -> None:
        super().__init__(name, "", str, f"{meaning} (none exists yet, so no row matches)")

    def condition(self, _: str) -> Condition:
        """Return a condition that matches no row."""
        return NOTHING


class Inert(Filter):
    """A parameter with unknown effect at Mailjet: every row matches, whatever its value."""

    def __init__(self, name: str, read: Read = str) -> None:
        super().__init__(name, "", read, "no effect")

    def condition(self, text: str) -> Condition:
        """Return a condition that matches every row. Raises `InvalidValueError` for an invalid value."""
        self._read(text)
        return EVERYTHING


class AlwaysIs(Filter):
    """A filter on a boolean that has the same value in every row."""

    def __init__(self, name: str, value: bool, meaning: str) -> None:  # noqa: FBT001 - reads as a statement
        super().__init__(name, "", flag, meaning)
        self._value = value

    def condition(self, text: str) -> Condition:
        """Return a condition that matches every row or none."""
        return EVERYTHING if flag(text) is self._value else NOTHING


class OneOf(Filter):
    """A filter by a word or a number, or by any of a comma-separated list."""

    def condition(self, text: str) -> Condition:
        """Return the condition with the values as a tuple in ascending order."""
        parts = [part.strip() for part in text.split(",")]
        return Condition(
            self._condition_name, tuple(sorted({value for part in parts for value in self._read(part)}))
        )


class Selection(Filter):
    """A filter by a comma-separated list of words, compared as ``{name}SelectionMethod`` says.

    The condition is ``{condition_name}_{method}`` with a tuple of words; ``issubset`` matches rows whose
    words are all in the list.
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
        words = tuple(part.strip().lower() for part in text.split(","))
        if not set(words) <= set(self._words):
            raise InvalidValueError(f"the words are {', '.join(self._words)}")
        return Condition(f"{self._condition_name}_{chosen}", words)


class _Like(Filter):
    """A text filter; the suffix of the parameter's name says how it compares, and whether it ignores case."""

    def condition(self, text: str) -> Condition:
        """Read any text, in lower case if the comparison ignores case."""
        return Condition(self._condition_name, lowered(text) if self.name.endswith("CI") else words(text))


LIKES: Final = {
    "": "equal to this",
    "CI": "equal to this, ignoring case",
    "Like": "containing this",
    "LikeCI": "containing this, ignoring case",
    "LLike": "starting with this",
    "LLikeCI": "starting with this, ignoring case",
    "RLike": "ending with this",
    "RLikeCI": "ending with this, ignoring case",
}
"""The comparisons by suffix of the parameter's name (compatibility: rest#filters)."""


def likes(name: str, condition_name: str, kinds: Sequence[str] = tuple(LIKES)) -> tuple[Filter, ...]:
    """Declare a family of text filters: ``{name}``, ``{name}CI``, ``{name}Like``….

    The condition of each is ``{condition_name}``, with the suffix in lower case after an underscore, as
    ``email``, ``email_ci`` and ``email_llikeci``; `aerogram.store.records.querying.matching` has the
    predicates. The value is the text itself, in lower case if the comparison ignores case.
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
    """Read any text; NUL is refused, because no database stores it."""
    if "\0" in text:
        raise InvalidValueError("a NUL character")
    return text


def lowered(text: str) -> str:
    """Read a text for a comparison that ignores case."""
    return words(text).lower()


def integer(text: str) -> int:
    """Read an integer."""
    read = integer_of(text.strip())
    if read is None:
        raise InvalidValueError("not an integer")
    return read


def code(text: str) -> int:
    """Read an integer to compare with a 16-bit column; out of range becomes a value that no row has."""
    read = integer(text)
    return read if abs(read) < -_NO_CODE else _NO_CODE


def flag(text: str) -> bool:
    """Read true, false, 1 or 0."""
    read = flag_of(text.strip())
    if read is None:
        raise InvalidValueError("neither true nor false")
    return read


def bit(text: str) -> int:
    """Read a boolean as 0 or 1, as stores keep it."""
    return int(flag(text))


def start_moment(text: str) -> int:
    """Read a timestamp as the first millisecond that it covers, since the epoch."""
    return _moment(text)[0]


def end_moment(text: str) -> int:
    """Read a timestamp as the last millisecond that it covers, since the epoch."""
    return _moment(text)[1]


def _moment(text: str) -> tuple[int, int]:
    try:
        return first_and_last(text)
    except MomentError as error:
        raise InvalidValueError(str(error)) from None
