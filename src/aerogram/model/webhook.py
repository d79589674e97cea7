"""What the URL of a webhook may be."""

from __future__ import annotations

from typing import Final

ALIVE: Final = "alive"
DEAD: Final = "dead"
"""It failed for so long that nothing is sent to it until its account revives it."""
