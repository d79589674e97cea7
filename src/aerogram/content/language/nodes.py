"""Nodes: closures that write to the frame of a rendering, compiled once per range of a source."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from aerogram.content.language.runtime.frame import Frame
from aerogram.content.language.runtime.values import text_of, truth_of

if TYPE_CHECKING:
    from aerogram.content.language.errors import Place

Node = Callable[[Frame], None]


class Piece(NamedTuple):
    """A value to print, and the text before it."""

    text: str
    key: str | None
    """The name if the value is just ``var:name``; then a text is printed without calling a closure."""
    read: Callable[[Frame], Any]
    place: Place


def print_text(text: str, place: Place) -> Node:
    """Write a constant text."""
    texts, length = [text], len(text)
    return lambda frame: frame.write(texts, length, place)


def print_pieces(pieces: tuple[Piece, ...], tail: str, cost: int) -> Node:
    """Write alternating texts and values, and the text after them."""
    last = pieces[-1].place
    values = tuple(piece[1:] for piece in pieces)
    # Texts are at even indexes; each rendering puts its values between them.
    skeleton = [*(text for piece in pieces for text in (piece.text, "")), tail]
    length = sum(map(len, skeleton))

    def run(frame: Frame) -> None:
        frame.left -= cost
        if frame.left < 0:
            frame.refill(last)
        variable = frame.variables.get
        printed = [
            value if type(value := variable(key)) is str else _printed(value, read, frame, place)
            for key, read, place in values
        ]
        texts = skeleton.copy()
        texts[1::2] = printed
        frame.write(texts, length + sum(map(len, printed)), last)

    return run


def _printed(value: Any, read: Callable[[Frame], Any], frame: Frame, place: Place) -> str:
    """Print a value that is not a plain variable with a text."""
    return text_of(read(frame) if value is None else value, frame, place)


def set_local(name: str, expression: Callable[[Frame], Any], cost: int, place: Place) -> Node:
    """Assign a value to a local name."""

    def assign(frame: Frame) -> None:
        frame.pay(cost, place)
        frame.locals[name] = expression(frame)

    return assign


class Branch(NamedTuple):
    """The nodes to write if a condition holds; the condition of ``else`` always does."""

    condition: Callable[[Frame], Any]
    nodes: tuple[Node, ...]
    cost: int
    place: Place


def choose(branches: tuple[Branch, ...]) -> Node:
    """Write the first branch whose condition holds."""

    def decide(frame: Frame) -> None:
        for condition, nodes, cost, place in branches:
            frame.pay(cost, place)
            if truth_of(condition(frame)):
                for node in nodes:
                    node(frame)
                return

    return decide


def repeat(
    name: str,
    values: Callable[[Frame], Any],
    words: str,
    nodes: tuple[Node, ...],
    cost: int,
    place: Place,
) -> Node:
    """Write the nodes for each element of an array, or each value of an object.

    Afterwards the name has its former value again. ``words`` is the source of the array's expression.
    """

    def loop(frame: Frame) -> None:
        frame.pay(cost, place)
        elements = values(frame)
        if isinstance(elements, dict):
            elements = elements.values()
        elif not isinstance(elements, list):
            raise place.not_an_array(words)
        names = frame.locals
        former = names.get(name)
        for element in elements:
            frame.left -= 1
            if frame.left < 0:
                frame.refill(place)
            names[name] = element
            for node in nodes:
                node(frame)
        names[name] = former

    return loop
