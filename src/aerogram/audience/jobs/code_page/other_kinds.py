"""Name the kind of a file that is no CSV, by its first octets, so that its import says what to do. No IO."""

from __future__ import annotations

import re
from typing import Final

_KINDS: Final = (
    (re.compile(rb"PK\x03\x04|PK\x05\x06"), "a workbook (.xlsx, .ods) or a ZIP archive"),
    (re.compile(rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), "a workbook of Excel (.xls)"),
    (re.compile(rb"%PDF-"), "a PDF document"),
    (re.compile(rb"\x1f\x8b\x08"), "compressed with gzip"),
    (re.compile(rb"\s*(?:<!doctype\s+html|<html|<table)[\s>]", re.IGNORECASE), "a web page (HTML)"),
    (re.compile(rb"\s*<\?xml\s"), "an XML document"),
    (re.compile(rb"\s*(?:\[\s*)?\{\s*\"[^\"]{1,200}\"\s*:"), "JSON"),
    (re.compile(rb"(?:[\x01-\x7f]\0\0\0){2}|(?:\0\0\0[\x01-\x7f]){2}"), "in UTF-32"),
)


def other_kind(beginning: bytes) -> str:
    """Return what a file is that is no CSV, in words after "The file is"; "" for one that may be CSV."""
    return next((words for pattern, words in _KINDS if pattern.match(beginning)), "")
