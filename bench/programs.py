"""Programs of other people that a bench uses when they are installed."""

import functools
import os
import shutil

# Mail daemons live where the PATH of ordinary users does not reach.
_PATH = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/usr/local/sbin"


@functools.cache
def find(name: str) -> str | None:
    """Give the path of a program, None when it is not installed."""
    return shutil.which(name, path=_PATH)
