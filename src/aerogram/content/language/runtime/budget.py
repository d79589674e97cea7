"""The limits of a template. Steps bound time and memory equally on every machine; CPU time is a second bound.

Mailjet documents no limits (compatibility: templates#limits); these are our own, far above the needs of a mail.
"""

from __future__ import annotations

from typing import Final

import msgspec

MAX_STEPS: Final = 200_000
"""Evaluated tokens, loop iterations, and `CHARACTERS_PER_STEP` of processed text: about 0.1 us each."""
MAX_OUTPUT: Final = 5_000_000
"""Characters of a rendered part."""
MAX_CPU_SECONDS: Final = 0.05
"""CPU time of the rendering thread, measured from the first check of the clock."""
MAX_TEXT: Final = 1_000_000
"""Characters of a text that an operator or function takes or returns."""

CHARACTERS_PER_STEP: Final = 64
STEPS_PER_LOOK: Final = 1_000
"""Steps between two checks of the clock: a typical template ends before the first one."""

MAX_SOURCE: Final = 5_000_000
"""Characters of a source that has tags."""
MAX_TOKENS: Final = 50_000
"""Names, values, operators and merge tags in a source: bounds the time and memory of compilation."""
MAX_EXPRESSION_DEPTH: Final = 20
"""Nesting of brackets, calls and signs."""
MAX_BLOCK_DEPTH: Final = 30
"""Nesting of conditions and loops."""
MAX_NAME: Final = 200
"""Characters of a name with its path."""
MAX_INTEGER: Final = 2**63 - 1
"""Largest integer in calculations; larger ones can only be printed."""
MAX_DIGITS: Final = 100
"""Digits of a printed integer."""


class Budget(msgspec.Struct, frozen=True, kw_only=True):
    """The limits of one rendering; units are those of this module's constants."""

    steps: int = MAX_STEPS
    output: int = MAX_OUTPUT
    cpu_seconds: float = MAX_CPU_SECONDS
    text: int = MAX_TEXT


USUAL_BUDGET: Final = Budget()
