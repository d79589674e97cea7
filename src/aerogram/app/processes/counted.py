"""What all processes of a server count together."""

from __future__ import annotations

from typing import Final

from aerogram.model.event import EventKind

COUNTED: Final = tuple(kind.name.lower() for kind in EventKind)
"""What is counted for ``/metrics``, by the names there."""
