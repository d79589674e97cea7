"""Compiles the listed modules with mypyc into a wheel: a build hook of hatchling, off unless it is asked for.

``make wheel`` asks for it with ``HATCH_BUILD_HOOK_ENABLE_CUSTOM=true``. Without it the wheel is pure Python and
no compiler is needed. The list is in ``compiled.toml``. mypyc reads the types of other packages too, so those that
Aerogram needs must be installed.
"""

from __future__ import annotations

import json
import os
import sys
import tomllib
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

if TYPE_CHECKING:
    from collections.abc import Sequence

SOURCES: Final = Path("src")
PACKAGE: Final = SOURCES / "aerogram"
LIST: Final = Path("build_tools", "compiled.toml")
OUTPUT: Final = Path("build", "mypyc")
GROUP: Final = "aerogram"
"""The shared library with the code of all modules is called after it: ``aerogram__mypyc``."""


def listed() -> list[Path]:
    """Return the files to compile, relative to the root of the repository."""
    return [PACKAGE / each for each in tomllib.loads(LIST.read_text(encoding="utf-8"))["modules"]]


class CompileHook(BuildHookInterface[Any]):
    """Adds extension modules and their manifest to the wheel."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling calls it so
        """Compile, and name what was compiled in ``build_data``. Runs in the root of the repository."""
        os.chdir(self.root)
        built = compiled(listed())
        manifest = OUTPUT / "compiled.json"
        manifest.write_text(json.dumps(described(built), indent=1) + "\n", encoding="utf-8")
        files = [(path, path.relative_to(OUTPUT / "lib").as_posix()) for path in built]
        for path, inside in [*files, (manifest, f"aerogram/{manifest.name}")]:
            build_data["force_include"][str(path.resolve())] = inside
        build_data["pure_python"] = False
        build_data["infer_tag"] = True


def compiled(files: Sequence[Path]) -> list[Path]:
    """Compile modules; return the extension modules and, last, the library they share."""
    from mypyc.build import mypycify  # noqa: PLC0415 - the hook is also loaded where nothing is compiled
    from setuptools import Distribution  # noqa: PLC0415
    from setuptools.command.build_ext import build_ext  # noqa: PLC0415

    class OnAllCores(build_ext):
        """Compiles the files of an extension at once; setuptools would only do so with several extensions."""

        def build_extensions(self) -> None:
            compile_some = self.compiler.compile
            # Made here, since each of the threads would try.
            (OUTPUT / "objects" / OUTPUT / "c").mkdir(parents=True, exist_ok=True)

            def compile_all(sources: list[str], **options: Any) -> list[str]:
                with ThreadPoolExecutor(os.cpu_count()) as pool:
                    return [*chain(*pool.map(lambda each: compile_some([each], **options), sources))]

            self.compiler.compile = compile_all
            super().build_extensions()

    os.environ.setdefault("MYPYPATH", str(SOURCES))
    extensions = mypycify(
        ["--config-file=pyproject.toml", *map(str, files)],
        group_name=GROUP,
        multi_file=True,
        opt_level="2",
        debug_level="0",
        target_dir=str(OUTPUT / "c"),
    )
    command = OnAllCores(Distribution({"name": "aerogram", "ext_modules": extensions}))
    command.build_lib = str(OUTPUT / "lib")
    command.build_temp = str(OUTPUT / "objects")
    command.ensure_finalized()
    command.run()
    outputs = [Path(each) for each in command.get_outputs()]
    return sorted(outputs, key=lambda path: path.parent == OUTPUT / "lib")


def described(built: Sequence[Path]) -> dict[str, Any]:
    """Return the manifest that `aerogram.app.compiled` reads."""
    sys.path.insert(0, str(SOURCES.resolve()))
    from aerogram.app.compiled import digest_of  # noqa: PLC0415 - only found with the path above

    names = [".".join(each.relative_to(SOURCES).with_suffix("").parts) for each in listed()]
    return {
        "modules": sorted(names),
        "library": built[-1].name,
        "digest": digest_of(OUTPUT / "lib", built, SOURCES),
    }
