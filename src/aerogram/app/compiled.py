"""Tells whether this installation runs compiled modules, and refuses files that are not of one build.

A compiled wheel has extension modules beside the Python files they were made from, and a manifest. Compiled modules
know the layout of each other's classes, and the numbers of each other's constants, so all must be of one build.
"""

from __future__ import annotations

import hashlib
import json
import sys
from importlib.machinery import EXTENSION_SUFFIXES, ExtensionFileLoader
from pathlib import Path
from typing import TYPE_CHECKING, Final

import aerogram
from aerogram.base.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from types import ModuleType

COMPILED: Final = "compiled"
PURE: Final = "pure Python"
MANIFEST: Final = "compiled.json"
"""In the package's folder, only in a compiled wheel: ``modules`` (names), ``library`` (the file beside the package's
folder that has the code of all of them) and ``digest`` (see `digest_of`)."""


def kind_of_build() -> str:
    """Return `COMPILED` or `PURE`. Raises `SettingsError` with one line if the files are not of one build."""
    return kind_of(Path(aerogram.__file__).parent, sys.modules)


def kind_of(package: Path, loaded: Mapping[str, ModuleType]) -> str:
    """Return the kind of the build in a folder, ``package``, of which some modules are ``loaded``, by name."""
    found = {_module_name(package, path): path for path in package.rglob("*") if _is_extension(path)}
    if not found and not _compiled_among(loaded):
        # Also a compiled wheel in the hands of another Python, which imports the Python files.
        return PURE
    manifest = package / MANIFEST
    if not manifest.exists():
        raise _mixed(package, f"{MANIFEST} is missing")
    made = json.loads(manifest.read_text(encoding="utf-8"))
    library = package.parent / made["library"]
    if missing := set(made["modules"]) - found.keys():
        raise _mixed(package, f"{min(missing)} is not compiled")
    if not library.exists() or digest_of(package.parent, [*found.values(), library]) != made["digest"]:
        raise _mixed(package, "a file is not as it was built")
    if interpreted := (found.keys() & loaded.keys()) - _compiled_among(loaded):
        raise _mixed(package, f"{min(interpreted)} was loaded from its Python file")
    return COMPILED


def digest_of(root: Path, binaries: Iterable[Path], sources: Path | None = None) -> str:
    """Return a SHA-256, in hexadecimal, of the package's Python files and of what was compiled from them.

    ``binaries`` are below ``root``; so is the package, unless ``sources`` is the folder that it is in.
    """
    named = {path.relative_to(root).as_posix(): path for path in binaries}
    beside = sources or root
    named |= {path.relative_to(beside).as_posix(): path for path in (beside / "aerogram").rglob("*.py")}
    digest = hashlib.sha256()
    for name, path in sorted(named.items()):
        digest.update(f"{name} {hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()


def _is_extension(path: Path) -> bool:
    """Return whether this Python would import the file as an extension module."""
    return "".join(path.name.partition(".")[1:]) in EXTENSION_SUFFIXES


def _module_name(package: Path, path: Path) -> str:
    parts = path.relative_to(package.parent).parts
    return ".".join((*parts[:-1], parts[-1].partition(".")[0]))


def _compiled_among(loaded: Mapping[str, ModuleType]) -> set[str]:
    return {
        name
        for name, module in loaded.items()
        if name.startswith("aerogram.")
        and isinstance(getattr(module.__spec__, "loader", None), ExtensionFileLoader)
    }


def _mixed(package: Path, reason: str) -> SettingsError:
    return SettingsError(
        f"The compiled modules and the Python files in {package} are not of one build: {reason}. Install Aerogram again."
    )
