"""Errors of the operating system about files, as errors of Aerogram."""

from __future__ import annotations

import contextlib
import errno
from typing import TYPE_CHECKING

from aerogram.base.errors import StoreFullError, UnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextlib.contextmanager
def translating_errors(what_failed: str) -> Iterator[None]:
    """Raise `StoreFullError` for a full disk, and for others `UnavailableError` that says what failed and why."""
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise StoreFullError("The disk that holds the store is full.") from error
        raise UnavailableError(f"{what_failed}: {error.strerror}.") from error
