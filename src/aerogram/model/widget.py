"""The names under which signup widgets, their values and their signups are stored."""

from __future__ import annotations

from typing import Final

WIDGET: Final = "widget"
CUSTOM_VALUE: Final = "widgetcustomvalue"
"""Kinds of plain records, named as their REST resources."""
SIGNUP_SOURCE: Final = "mj_widget"
"""Mailjet's word for the source of signups."""
