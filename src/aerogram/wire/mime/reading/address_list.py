"""The grammar of address lists (RFC 5322 §3.4): splits them into names and addresses, and validates neither.

Groups, comments, folded white space and quoted strings are parsed. Source routes (§4.4) are refused: today
they only occur in attempts to abuse a relay. The parser never backs up, so its time is linear in the length
of the value.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from aerogram.wire.errors import AddressError

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_COMMENT_DEPTH: Final = 16
"""Comments inside comments; people write one level, and deeper ones are an attack on parsers."""

_TOKEN: Final = re.compile(
    r'(?P<space>[ \t\r\n]+)|(?P<quoted>"(?:[^"\\]|\\.)*")|(?P<special>[<>,;:@.])'
    # Encoded words are taken whole: careless writers leave commas and colons in them, against RFC 2047 §5.
    r"|(?P<word>=\?[^?\s]{1,64}\?[bBqQ]\?[^?\s]*\?=)"
    r'|(?P<atom>[^\x00-\x1f\x7f "(),.:;<>@\[\]\\]+)',
    re.DOTALL,
)
_COMMENT_STEP: Final = re.compile(r"[^()\\]*(?:\\.[^()\\]*)*([()])", re.DOTALL)
_QUOTED_PAIR: Final = re.compile(r"\\(.)", re.DOTALL)


def split_address_list(value: str) -> Iterator[tuple[str, str]]:
    """Split a header value into (display name, address) pairs; encoded words stay encoded.

    Raises `AddressError` where the value breaks the grammar.
    """
    entry = _Entry()
    in_group = False
    for kind, text in _tokens(value):
        if kind != "special" or text in "@.":
            entry.take(kind, text)
        elif text == "<":
            entry.open_angle()
        elif text == ">":
            entry.close_angle()
        elif entry.in_angle:
            raise AddressError(f"There is a {text!r} between '<' and '>' of an address.")
        elif text == ":":
            if in_group or not entry.is_only_words:
                raise AddressError("A ':' is only allowed after the name of a group of addresses.")
            in_group, entry = True, _Entry()
        else:
            if text == ";" and not in_group:
                raise AddressError("Separate addresses by ',' and not by ';'.")
            in_group = in_group and text == ","
            yield from entry.finish()
            entry = _Entry()
    if in_group:
        raise AddressError("A group of addresses is not closed by ';'.")
    yield from entry.finish()


def _tokens(value: str) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(value):
        if value[at] == "(":
            end = _end_of_comment(value, at)
            yield "comment", value[at + 1 : end - 1]
            at = end
            continue
        token = _TOKEN.match(value, at)
        if token is None or token.lastgroup is None:
            raise AddressError(_complaint(value[at]))
        yield token.lastgroup, token[0]
        at = token.end()


def _end_of_comment(value: str, at: int) -> int:
    depth = 0
    while True:
        step = _COMMENT_STEP.match(value, at)
        if step is None:
            raise AddressError("A comment is not closed by ')'.")
        depth += 1 if step[1] == "(" else -1
        at = step.end()
        if depth == 0:
            return at
        if depth > MAX_COMMENT_DEPTH:
            raise AddressError("Comments are nested too deeply in a list of addresses.")


def _complaint(character: str) -> str:
    if character == '"':
        return "A quoted name is not closed by '\"'."
    if character == "[":
        return "IP addresses in brackets are not accepted as domains."
    return f"The character {character!r} is not allowed in a list of addresses."


class _Entry:
    """One mailbox that is being parsed."""

    def __init__(self) -> None:
        self.in_angle = False
        self._angle_seen = False
        self._address: list[str] = []
        self._bare: list[str] = []
        self._bare_is_broken = False
        self._name: list[str] = []
        self._space_before = False
        self._comment = ""

    @property
    def is_only_words(self) -> bool:
        """True when all that was read is words outside of brackets: a name, so far."""
        return bool(self._bare) and not self._angle_seen

    def take(self, kind: str, text: str) -> None:
        """Parse one token that ends nothing."""
        if kind == "comment":
            self._comment = text
            self._space_before = True
        elif kind == "space":
            self._space_before = True
        elif self.in_angle:
            self._address.append(text)
        elif self._angle_seen:
            raise AddressError(f"There is {text[:40]!r} after the '>' of an address.")
        else:
            self._take_outside(kind, text)

    def _take_outside(self, kind: str, text: str) -> None:
        # Two words with only space between them are a name, never an address.
        if self._bare and text not in "@." and self._bare[-1] not in "@.":
            self._bare_is_broken = True
        if self._name and self._space_before:
            self._name.append(" ")
        self._bare.append(text)
        self._name.append(_QUOTED_PAIR.sub(r"\1", text[1:-1]) if kind == "quoted" else text)
        self._space_before = False

    def open_angle(self) -> None:
        """Parse ``<``: the words before it are the name."""
        if self.in_angle or self._angle_seen:
            raise AddressError("There is a '<' where a ',' should separate two addresses.")
        self.in_angle = self._angle_seen = True

    def close_angle(self) -> None:
        """Parse ``>``: the address is complete."""
        if not self.in_angle:
            raise AddressError("There is a '>' without a '<' before it.")
        if not self._address:
            raise AddressError("There is no address between '<' and '>'.")
        if self._address[0] == "@":
            raise AddressError("Source routes before an address are not accepted.")
        self.in_angle = False

    def finish(self) -> Iterator[tuple[str, str]]:
        """Return the parsed mailbox; an empty place between two commas gives none (§4.4)."""
        if self.in_angle:
            raise AddressError("A '<' is not closed by '>'.")
        if self._angle_seen:
            yield "".join(self._name) or self._comment.strip(), "".join(self._address)
        elif self._bare:
            if self._bare_is_broken or "@" not in self._bare:
                raise AddressError(f"There is no address in {''.join(self._name)[:80]!r}.")
            yield self._comment.strip(), "".join(self._bare)
