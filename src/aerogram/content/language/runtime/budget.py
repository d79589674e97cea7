"""What a template may use. Steps bound time and memory alike on every machine; the clock is the second lock.

Mailjet documents no limit (compatibility: templates#limits); these are ours, and far
above what a mail needs.
"""

from __future__ import annotations

from typing import Final

import msgspec

MAX_STEPS: Final = 200_000
"""Tokens evaluated, turns of loops, and `CHARACTERS_PER_STEP` of text worked upon: some 0.1 us each."""
MAX_OUTPUT: Final = 5_000_000
"""Characters of a rendered part."""
MAX_CPU_SECONDS: Final = 0.05
"""CPU time of the rendering thread, counted from the first look at the clock."""
MAX_TEXT: Final = 1_000_000
"""Characters of a text that an operator or a function takes or makes."""

CHARACTERS_PER_STEP: Final = 64
STEPS_PER_LOOK: Final = 1_000
"""Steps between two looks at the clock: a usual template ends before the first and never pays for one."""

MAX_SOURCE: Final = 5_000_000
"""Characters of a source that has tags."""
MAX_TOKENS: Final = 50_000
"""Names, values, operators and marks in a source: bounds the time and memory of compiling."""
MAX_EXPRESSION_DEPTH: Final = 20
"""Brackets, calls and signs within one another."""
MAX_BLOCK_DEPTH: Final = 30
"""Conditions and loops within one another."""
MAX_NAME: Final = 200
"""Characters of a name with its path."""
MAX_INTEGER: Final = 2**63 - 1
"""Largest whole number that is calculated with; longer ones are only printed."""
MAX_DIGITS: Final = 100
"""Digits of a whole number that is printed."""


class Budget(msgspec.Struct, frozen=True, kw_only=True):
    """Limits of one rendering; see the constants of this module for the units."""

    steps: int = MAX_STEPS
    output: int = MAX_OUTPUT
    cpu_seconds: float = MAX_CPU_SECONDS
    text: int = MAX_TEXT


USUAL_BUDGET: Final = Budget()
