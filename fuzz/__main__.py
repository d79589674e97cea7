"""Fuzz one part of Aerogram for as long as one likes: ``python -m fuzz NAME --seconds 600 --seed 7``.

Run it in the root of the repository with PYTHONPATH=src:tests, or as ``make fuzz ARGS="csv --seconds 600"``. A crash is
any error that is not the documented refusal; a hang is an input that takes over five seconds; growth is memory
that does not come back. The exit status is 1 when there was one.
"""

# ruff: noqa: INP001 - beside scripts, not in a package

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Final

PROGRAMS: Final = {
    "smtp": ("smtp_server", "SmtpServer"),
    "http-head": ("http_head", "HttpHead"),
    "mime": ("mime_reading", "MimeReading"),
    "json": ("send_json", "SendJson"),
    "csv": ("csv_files", "CsvFiles"),
    "segment": ("segment_language", "Segments"),
    "template": ("template_language", "TemplateLanguage"),
}
"""The module and the target of each name."""


def main() -> int:
    """Fuzz what the first argument names; give the exit status."""
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    if name not in PROGRAMS:
        sys.stderr.write(f"Name one of {', '.join(PROGRAMS)}.\n")
        return 2
    del sys.argv[1]
    sys.path.insert(0, str(Path(__file__).parent))
    module, target = PROGRAMS[name]
    loaded = importlib.import_module(module)
    status: int = importlib.import_module("loop").main(getattr(loaded, target)(), loaded.__doc__ or "")
    return status


if __name__ == "__main__":
    sys.exit(main())
