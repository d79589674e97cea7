"""A compiled template."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

from aerogram.content.language.runtime.budget import USUAL_BUDGET
from aerogram.content.language.runtime.frame import Frame

if TYPE_CHECKING:
    from aerogram.content.language.nodes import Node
    from aerogram.content.language.runtime.budget import Budget
    from aerogram.content.language.runtime.scope import Scope

BYTES_PER_TOKEN: Final = 400
"""The approximate memory of a compiled word: closures, their cells and a place."""


class Template:
    """A compiled source; it can be rendered repeatedly. Thread-safe."""

    __slots__ = ("_nodes", "_tokens", "source", "uses_unsubscribe_link")

    def __init__(
        self,
        source: str,
        nodes: tuple[Node, ...] | None = None,
        tokens: int = 0,
        *,
        uses_unsubscribe_link: bool = False,
    ) -> None:
        """Use None for ``nodes`` when there is nothing to interpret."""
        self.source: Final = source
        self.uses_unsubscribe_link: Final = uses_unsubscribe_link
        self._nodes: Final = nodes
        self._tokens: Final = tokens

    @property
    def is_static(self) -> bool:
        """Whether it always renders as its source."""
        return self._nodes is None

    @property
    def size(self) -> int:
        """The approximate bytes of memory that it occupies."""
        return sys.getsizeof(self.source) + BYTES_PER_TOKEN * self._tokens

    def render(self, scope: Scope, budget: Budget | None = None) -> str:
        """Return the text with its tags replaced. Values are inserted unchanged; tags in them are not processed.

        Raises `TemplateError` when a value is missing or of the wrong kind, or the budget is exhausted.
        """
        if self._nodes is None:
            return self.source
        frame = Frame(scope, budget or USUAL_BUDGET)
        for node in self._nodes:
            node(frame)
        return "".join(frame.out)
