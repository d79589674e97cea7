"""Programs that a test needs and that may be missing on a developer's machine, never in CI."""

import os
import shutil

import pytest


def program(name: str) -> str:
    """Give the path of a program; without it, skip the test, or fail in CI."""
    found = shutil.which(name)
    if found is None:
        reason = f"{name} is not installed"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return found
