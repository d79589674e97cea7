"""Tells whether this installation runs compiled modules, and refuses files that are not of one build.

A compiled wheel has extension modules beside the Python files they were made from, and a manifest. Compiled modules
know the layout of each other's classes, and the numbers of each other's constants, so all must be of one build.
"""

from __future__ import annotations

import hashlib
import json
import os
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
    files = _files(package)
    extensions = {_module_name(name): name for name in files if _is_extension(name)}
    compiled = _compiled_among(loaded)
    if not extensions and not compiled:
        # Also a compiled wheel in the hands of another Python, which imports the Python files.
        return PURE
    manifest = package / MANIFEST
    if not manifest.exists():
        raise _mixed(package, f"{MANIFEST} is missing")
    made = json.loads(manifest.read_text(encoding="utf-8"))
    if missing := set(made["modules"]) - extensions.keys():
        raise _mixed(package, f"{min(missing)} is not compiled")
    library = package.parent / made["library"]
    built = [*(package.parent / name for name in extensions.values()), library]
    if not library.exists() or digest_of(package.parent, built) != made["digest"]:
        raise _mixed(package, "a file is not as it was built")
    if interpreted := (extensions.keys() & loaded.keys()) - compiled:
        raise _mixed(package, f"{min(interpreted)} was loaded from its Python file")
    return COMPILED


def digest_of(root: Path, binaries: Iterable[Path], sources: Path | None = None) -> str:
    """Return a SHA-256, in hexadecimal, of the package's Python files and of what was compiled from them.

    ``binaries`` are below ``root``; so is the package, unless ``sources`` is the folder that it is in.
    """
    beside = sources or root
    named = {name: beside / name for name in _files(beside / "aerogram") if name.endswith(".py")}
    named |= {path.relative_to(root).as_posix(): path for path in binaries}
    digest = hashlib.sha256()
    for name, path in sorted(named.items()):
        content = path.read_bytes()
        digest.update(f"{name} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


def _files(package: Path) -> list[str]:
    """Return the paths of all files of a package, from the folder that it is in."""
    found = []
    for folder, _, names in os.walk(package):
        inside = "/".join((package.name, *Path(folder).relative_to(package).parts))
        found += [f"{inside}/{name}" for name in names]
    return found


def _is_extension(name: str) -> bool:
    """Return whether this Python would import the file as an extension module."""
    return "".join(name.rpartition("/")[2].partition(".")[1:]) in EXTENSION_SUFFIXES


def _module_name(name: str) -> str:
    return name.partition(".")[0].replace("/", ".")


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
