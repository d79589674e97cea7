"""What all processes of a server count together."""

from __future__ import annotations

from typing import Final

from aerogram.model.event import EventKind

COUNTED: Final = ("accepted", *(kind.name.lower() for kind in EventKind))
"""What is counted for ``/metrics``, by the names there."""
