"""What is counted of one client that may be idle, in the middle of a message, or not reading our replies."""

from __future__ import annotations

from aerogram.base.in_flight.unread import Unread


class Patience:
    """The sweeps during which one client did not do its part; made by the first, because few sessions last so long."""

    __slots__ = ("data_sweeps", "silent_sweeps", "unread")

    def __init__(self) -> None:
        self.silent_sweeps = 0
        self.data_sweeps = 0
        self.unread = Unread()
