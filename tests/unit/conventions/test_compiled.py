"""The list of modules that are compiled for the compiled wheel."""

import ast
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
LISTED = tomllib.loads((ROOT / "build_tools" / "compiled.toml").read_text(encoding="utf-8"))["modules"]


@pytest.mark.parametrize("name", LISTED)
def test_a_compiled_module_exists_and_defines_no_struct(name):
    # mypyc loses `frozen=True` and the annotations of a Struct.
    tree = ast.parse((ROOT / "src" / "aerogram" / name).read_text(encoding="utf-8"))
    bases = [
        ast.unparse(base) for each in ast.walk(tree) if isinstance(each, ast.ClassDef) for base in each.bases
    ]
    assert [base for base in bases if base.endswith("Struct")] == []


def test_no_module_is_listed_twice():
    assert len(LISTED) == len(set(LISTED)) > 0
