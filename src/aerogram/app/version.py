"""Which Aerogram this is."""

from __future__ import annotations

from importlib import metadata


def version() -> str:
    """Give the version of the installed package, or what a checkout says of itself."""
    try:
        return metadata.version("aerogram")
    except metadata.PackageNotFoundError:
        return "from a checkout"
