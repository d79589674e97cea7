"""Open statements during compilation."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from aerogram.content.language.nodes import Branch, Piece, choose, print_pieces, print_text, repeat
from aerogram.content.language.references import constant

if TYPE_CHECKING:
    from aerogram.content.language.errors import Place
    from aerogram.content.language.expressions import Expression
    from aerogram.content.language.nodes import Node


class Block:
    """The body of the source or of a statement: finished nodes, and texts and values that await one."""

    keyword: ClassVar[str] = ""

    def __init__(self, place: Place) -> None:
        self.place: Final = place
        self._nodes: list[Node] = []
        self._pieces: list[Piece] = []
        self._cost_of_pieces = 0
        self._text = ""

    def add_text(self, text: str) -> None:
        """Add the text before a tag."""
        self._text = text

    def add_value(self, read: Expression, key: str | None, cost: int, place: Place) -> None:
        """Add a value to print after the text; ``key`` as in `Piece`."""
        self._pieces.append(Piece(self._text, key, read, place))
        self._cost_of_pieces += cost
        self._text = ""

    def add_node(self, node: Node) -> None:
        """Add a statement."""
        self._flush()
        self._nodes.append(node)

    def take_nodes(self) -> tuple[Node, ...]:
        """Return all added nodes and start again."""
        self._flush()
        nodes, self._nodes = tuple(self._nodes), []
        return nodes

    def _flush(self) -> None:
        if self._pieces:
            self._nodes.append(print_pieces(tuple(self._pieces), self._text, self._cost_of_pieces))
        elif self._text:
            self._nodes.append(print_text(self._text, self.place))
        self._pieces, self._cost_of_pieces, self._text = [], 0, ""


class Condition(Block):
    """An open statement from ``if`` to ``endif``; its last branch is open."""

    keyword = "if"

    def __init__(self, place: Place, condition: Expression, cost: int) -> None:
        super().__init__(place)
        self.has_else = False
        self._branches: list[Branch] = []
        self._open = (condition, cost, place)

    def begin_branch(self, condition: Expression, cost: int, place: Place) -> None:
        """Close the open branch and open the next."""
        self._close_branch()
        self._open = (condition, cost, place)

    def begin_else(self, place: Place) -> None:
        """Close the open branch and open the ``else`` branch."""
        self.begin_branch(constant(value=True), 0, place)
        self.has_else = True

    def close(self) -> Node:
        """Make the statement."""
        self._close_branch()
        return choose(tuple(self._branches))

    def _close_branch(self) -> None:
        condition, cost, place = self._open
        self._branches.append(Branch(condition, self.take_nodes(), cost, place))


class Loop(Block):
    """An open statement from ``for`` to ``endfor``; ``words`` is the source of the array's expression."""

    keyword = "for"

    def __init__(self, place: Place, name: str, values: Expression, words: str, cost: int) -> None:
        super().__init__(place)
        self._name = name
        self._values = values
        self._words = words
        self._cost = cost

    def close(self) -> Node:
        """Make the statement."""
        return repeat(self._name, self._values, self._words, self.take_nodes(), self._cost, self.place)
