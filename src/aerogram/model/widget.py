"""The names under which signup widgets, their values and the signups that came by them are kept."""

from __future__ import annotations

from typing import Final

WIDGET: Final = "widget"
CUSTOM_VALUE: Final = "widgetcustomvalue"
"""The kinds of plain records, which are the names of their resources."""
SIGNUP_SOURCE: Final = "mj_widget"
"""Mailjet's word for where signups come from."""
