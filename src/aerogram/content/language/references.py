"""Look up values: namespaces, local names, paths into objects and arrays, defaults."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from aerogram.content.language.runtime.frame import DATA, LOCAL, MJ, VAR

if TYPE_CHECKING:
    from collections.abc import Callable

    from aerogram.content.language.errors import Place
    from aerogram.content.language.runtime.frame import Frame
    from aerogram.content.language.tokens import Token

SPACES: Final = {"var": VAR, "data": DATA, "mj": MJ}
_MAX_INDEX_DIGITS: Final = 9


def space_of(token: Token) -> tuple[int, list[str]]:
    """Return the namespace and the path of a reference or a bare name."""
    namespace, colon, path = token.text.partition(":")
    return (SPACES[namespace], path.split(".")) if colon else (LOCAL, namespace.split("."))


def look_up(
    space: int, path: list[str], default: Callable[[Frame], Any] | None, identifier: str, place: Place
) -> Callable[[Frame], Any]:
    """Return the function that reads a value. Undefined or null gives the default; without one, an error."""
    key, rest = path[0], tuple(path[1:])

    def read(frame: Frame) -> Any:
        value = frame.spaces[space].get(key)
        if rest and value is not None:
            value = descend(value, rest)
        if value is not None:
            return value
        if default is None:
            raise place.unknown(identifier)
        return default(frame)

    return read


def descend(value: Any, path: tuple[str, ...]) -> Any:
    """Follow object keys and array indexes, from 0; None when one does not exist."""
    for key in path:
        if isinstance(value, dict):
            value = value.get(key)
        elif isinstance(value, list) and key.isdecimal() and len(key) <= _MAX_INDEX_DIGITS:
            index = int(key)
            value = value[index] if index < len(value) else None
        else:
            return None
    return value


def constant(value: Any) -> Callable[[Frame], Any]:
    """Return the function of a constant value."""
    return lambda _: value


def member(token_text: str) -> Callable[[Frame], Any]:
    """Return the membership test for ``segment:vip`` or ``segment:"regular customers"``."""
    name = token_text.partition(":")[2].strip("\"'")
    return lambda frame: frame.scope.segments(name)
