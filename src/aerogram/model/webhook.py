"""The status of a webhook's URL."""

from __future__ import annotations

from typing import Final

ALIVE: Final = "alive"
DEAD: Final = "dead"
"""It failed for so long that nothing is sent to it until the account revives it."""
