"""``aerogram``, which a certain address in an import kills, as a lack of memory would. Call it before the real command."""

import os
import runpy
import signal
import sys

from aerogram.audience.jobs import csv_import

DEADLY = "deadly@example.org"
_commit = csv_import._commit


async def _commit_or_die(context, chunk, *rest):
    if any(entry.email == DEADLY for entry in chunk.rows.entries):
        os.kill(os.getpid(), signal.SIGKILL)
    await _commit(context, chunk, *rest)


if __name__ == "__main__":
    csv_import._commit = _commit_or_die
    # The words before "serve" are those of the interpreter.
    sys.argv = ["aerogram", *sys.argv[sys.argv.index("aerogram") + 1 :]]
    runpy.run_module("aerogram", run_name="__main__")
