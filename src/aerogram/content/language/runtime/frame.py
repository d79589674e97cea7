"""The state of one rendering: names, output, and the remaining budget."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final, Protocol

from aerogram.content.language.runtime.budget import CHARACTERS_PER_STEP, STEPS_PER_LOOK
from aerogram.content.language.runtime.scope import Predefined

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aerogram.content.language.errors import Place
    from aerogram.content.language.runtime.budget import Budget
    from aerogram.content.language.runtime.scope import Scope

VAR: Final = 0
DATA: Final = 1
MJ: Final = 2
LOCAL: Final = 3


class Space(Protocol):
    """A namespace of values."""

    def get(self, name: str, /) -> Any:
        """Return the value of a name; None when undefined."""


class Frame:
    """The state of one rendering, used by one thread."""

    __slots__ = (
        "_budget",
        "_reserve",
        "_started",
        "left",
        "locals",
        "out",
        "room",
        "scope",
        "spaces",
        "variables",
    )

    def __init__(self, scope: Scope, budget: Budget) -> None:
        self.scope = scope
        # Pieces that are not plain variables look up None, which is never a JSON key.
        self.variables: Mapping[Any, Any] = scope.variables
        self.locals: dict[str, Any] = {}
        self.spaces: tuple[Space, ...] = (scope.variables, scope.data, Predefined(scope.mj), self.locals)
        self.out: list[str] = []
        self.room = budget.output
        self.left = min(STEPS_PER_LOOK, budget.steps)
        self._reserve = budget.steps - self.left
        self._budget = budget
        self._started: float | None = None

    def pay(self, steps: int, place: Place) -> None:
        """Use some steps. Raises `TemplateError` when the budget is exhausted."""
        self.left -= steps
        if self.left < 0:
            self.refill(place)

    def refill(self, place: Place) -> None:
        """Take the next steps from the budget, and check the clock."""
        self._reserve += self.left
        if self._reserve < 0:
            raise place.exceeded(f"more than {self._budget.steps} steps")
        now = time.thread_time()
        if self._started is None:
            self._started = now
        elif now - self._started > self._budget.cpu_seconds:
            raise place.exceeded(f"more than {self._budget.cpu_seconds * 1000:g} ms of CPU time")
        self.left = min(STEPS_PER_LOOK, self._reserve)
        self._reserve -= self.left

    def pay_for_text(self, length: int, place: Place) -> None:
        """Use the steps of processing a text of ``length`` characters."""
        if length > CHARACTERS_PER_STEP:
            if length > self._budget.text:
                raise place.exceeded(f"a text of more than {self._budget.text} characters")
            self.pay(length // CHARACTERS_PER_STEP, place)

    def write(self, texts: list[str], length: int, place: Place) -> None:
        """Append texts of ``length`` characters in all to the output, after checking that they fit."""
        self.room -= length
        if self.room < 0:
            raise place.exceeded(f"more than {self._budget.output} characters of output")
        self.out += texts
