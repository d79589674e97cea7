"""Public double opt-in: the form of a widget, the confirmation mail and the confirmation page."""
