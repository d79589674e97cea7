"""Which build runs, and that files of several builds are refused."""

import importlib.util
import json
import shutil
import sys
from importlib.machinery import EXTENSION_SUFFIXES, ExtensionFileLoader, ModuleSpec
from pathlib import Path
from types import ModuleType

import pytest

from aerogram.app.compiled import COMPILED, MANIFEST, PURE, digest_of, kind_of, kind_of_build
from aerogram.app.main import Program
from aerogram.base.errors import SettingsError
from aerogram.doors.cli.main import run

SUFFIX = EXTENSION_SUFFIXES[0]
LIBRARY = f"aerogram__mypyc{SUFFIX}"
EXTENSION = f"wire/address{SUFFIX}"


@pytest.fixture
def package(tmp_path):
    """A package of pure Python."""
    folder = tmp_path / "aerogram"
    (folder / "wire").mkdir(parents=True)
    for name in ("__init__", "wire/__init__", "wire/address", "wire/other"):
        (folder / f"{name}.py").write_text(f'"""{name}"""')
    return folder


@pytest.fixture
def compiled(package):
    """A package of which one module is compiled, as a wheel has it."""
    (package / EXTENSION).write_bytes(b"machine code")
    library = package.parent / LIBRARY
    library.write_bytes(b"more machine code")
    made = {
        "modules": ["aerogram.wire.address"],
        "library": LIBRARY,
        "digest": digest_of(package.parent, [package / EXTENSION, library]),
    }
    (package / MANIFEST).write_text(json.dumps(made))
    return package


def loaded(loader):
    module = ModuleType("aerogram.wire.address")
    module.__spec__ = ModuleSpec(module.__name__, loader)
    return {module.__name__: module, "sys": sys}


FROM_EXTENSION = loaded(ExtensionFileLoader("aerogram.wire.address", "address.so"))
FROM_SOURCE = loaded(importlib.util.find_spec("aerogram").loader)


def test_without_extension_modules_it_is_pure_python(package):
    assert kind_of(package, FROM_SOURCE) == PURE


def test_with_the_extension_modules_of_its_manifest_it_is_compiled(compiled):
    assert kind_of(compiled, FROM_EXTENSION) == COMPILED
    assert kind_of(compiled, {}) == COMPILED


def test_extension_modules_for_another_python_are_not_counted(package):
    (package / "wire" / "address.cpython-27-other.so").write_bytes(b"machine code")
    assert kind_of(package, FROM_SOURCE) == PURE


def change_a_python_file(package):
    (package / "wire" / "other.py").write_text("A = 2")


def add_a_python_file(package):
    (package / "wire" / "stray.py").write_text("")


def change_an_extension(package):
    (package / EXTENSION).write_bytes(b"machine code of another build")


def change_the_library(package):
    (package.parent / LIBRARY).write_bytes(b"machine code of another build")


def remove_the_library(package):
    (package.parent / LIBRARY).unlink()


def add_an_extension(package):
    (package / f"wire/other{SUFFIX}").write_bytes(b"machine code")


def replace_the_extension(package):
    (package / EXTENSION).unlink()
    add_an_extension(package)


def remove_the_manifest(package):
    (package / MANIFEST).unlink()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (change_a_python_file, "a file is not as it was built"),
        (add_a_python_file, "a file is not as it was built"),
        (change_an_extension, "a file is not as it was built"),
        (change_the_library, "a file is not as it was built"),
        (remove_the_library, "a file is not as it was built"),
        (add_an_extension, "a file is not as it was built"),
        (replace_the_extension, "aerogram.wire.address is not compiled"),
        (remove_the_manifest, "compiled.json is missing"),
    ],
)
def test_files_of_several_builds_are_refused_in_one_line(compiled, change, reason):
    change(compiled)
    with pytest.raises(SettingsError) as refused:
        kind_of(compiled, FROM_EXTENSION)
    assert str(refused.value) == (
        f"The compiled modules and the Python files in {compiled} are not of one build: {reason}."
        " Install Aerogram again."
    )


def test_a_compiled_module_that_was_loaded_from_its_python_file_is_refused(compiled):
    with pytest.raises(SettingsError, match=r"aerogram\.wire\.address was loaded from its Python file"):
        kind_of(compiled, FROM_SOURCE)


def test_the_command_says_which_build_runs(capsys):
    assert run(Program(), ["--version"]) == 0
    assert capsys.readouterr().out == f"aerogram 0.1.0 ({kind_of_build()})\n"


def test_the_tests_run_the_build_that_is_said_to_run():
    from aerogram.wire import address

    is_compiled = isinstance(address.__spec__.loader, ExtensionFileLoader)
    assert kind_of_build() == (COMPILED if is_compiled else PURE)


@pytest.mark.parametrize("command", [["--version"], ["serve", "--data", "data"]])
def test_the_command_refuses_files_of_several_builds(tmp_path, monkeypatch, capsys, command):
    package = tmp_path / "site" / "aerogram"
    shutil.copytree(Path(sys.modules["aerogram"].__file__).parent, package)
    (package / "wire" / f"stray{SUFFIX}").write_bytes(b"machine code")
    monkeypatch.setattr("aerogram.__file__", str(package / "__init__.py"))
    monkeypatch.chdir(tmp_path)
    assert run(Program(), command) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("aerogram: The compiled modules and the Python files in ")
    assert told.err.count("\n") == 1
    assert not (tmp_path / "data").exists()
