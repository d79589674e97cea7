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
"""What a compiled word needs of memory, roughly: closures, their cells and a place."""


class Template:
    """A source, ready to be rendered any number of times, by any number of threads."""

    __slots__ = ("_nodes", "_tokens", "source", "uses_unsubscribe_link")

    def __init__(
        self,
        source: str,
        nodes: tuple[Node, ...] | None = None,
        tokens: int = 0,
        *,
        uses_unsubscribe_link: bool = False,
    ) -> None:
        """``nodes`` are None when there is nothing to interpret."""
        self.source: Final = source
        self.uses_unsubscribe_link: Final = uses_unsubscribe_link
        self._nodes: Final = nodes
        self._tokens: Final = tokens

    @property
    def is_static(self) -> bool:
        """Whether it renders as its source, for everyone."""
        return self._nodes is None

    @property
    def size(self) -> int:
        """About how many bytes it occupies in memory."""
        return sys.getsizeof(self.source) + BYTES_PER_TOKEN * self._tokens

    def render(self, scope: Scope, budget: Budget | None = None) -> str:
        """Give the text with its tags replaced. Values are inserted as they are and never read for tags.

        Raises `TemplateError`: a value is missing or of the wrong kind, or the budget is used up.
        """
        if self._nodes is None:
            return self.source
        frame = Frame(scope, budget or USUAL_BUDGET)
        for node in self._nodes:
            node(frame)
        return "".join(frame.out)
