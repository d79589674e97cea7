"""Merge rules: how a property of a message combines with its value in Globals.

Globals are merged into each message of a call before anything is validated. Strings, numbers and booleans
of the message replace the global ones; objects are merged key by key (one level deep); arrays are joined,
globals first
(compatibility: send-v31#globals). A rule takes the global value and the message's, neither of them null.
Values of a wrong type are passed on, so that the parsers report them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from aerogram.doors.http.send.shared.names import Names

    Merge = Callable[[Any, Any], Any]


def replace(_default: Any, value: Any) -> Any:
    """Return the message's value."""
    return value


def join(default: Any, value: Any) -> Any:
    """Join two arrays, the global one first."""
    if not isinstance(value, list):
        return value
    if not isinstance(default, list):
        return default
    return [*default, *value]


def overlay(default: Any, value: Any) -> Any:
    """Merge two objects key by key; the message's keys win."""
    if not isinstance(value, dict):
        return value
    return default | value if isinstance(default, dict) else default


def overlay_headers(default: Any, value: Any) -> Any:
    """Merge two objects of headers: names ignore case (RFC 5322 section 1.2.2), so "x-tag" replaces "X-Tag"."""
    if not isinstance(value, dict):
        return value
    if not isinstance(default, dict):
        return default
    own = {header.lower() for header in value}
    return {header: text for header, text in default.items() if header.lower() not in own} | value


def overlay_named(names: Names) -> Merge:
    """Return the rule for two objects with keys ``names``; a null in the message counts as missing."""

    def overlay_spelled(default: Any, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        if not isinstance(default, dict):
            return default
        own = {key: text for key, text in names.spelled(value).items() if text is not None}
        return names.spelled(default) | own

    return overlay_spelled
