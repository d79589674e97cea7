"""What a process is started with, and what it and the supervisor then say to each other.

They say it in lines of JSON, over a socket that both have from the start. If it closes, the other is gone.
"""

from __future__ import annotations

import pickle
import socket
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from aerogram.app.listening import Bound, Listening

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Mapping

    from aerogram.app.processes.plan import Part
    from aerogram.app.settings.settings import Settings
    from aerogram.wire.smtp.server.server import ServerConfig

MAX_TASK_BYTES: Final = 128 * 1024
"""More than settings can have, and less than a socket takes at once."""
MAX_DESCRIPTORS: Final = 253
"""As many as Linux takes with one message."""
BEAT_SECONDS: Final = 2.0
"""How often a process says that its event loop runs."""


class Predecessor(NamedTuple):
    """A process that died: its number in ids and leases, and the name under which it had that number."""

    node: int
    owner: str


@dataclass(frozen=True, slots=True)
class Task:
    """All that a process is started with."""

    settings: Settings
    part: Part
    is_again: bool = False
    """It replaces one that died."""
    sockets: tuple[tuple[str, ServerConfig | None, int], ...] = ()
    """What it listens on: the name of the setting, how SMTP is spoken, the descriptor of a bound socket."""
    addresses: dict[str, list[str]] = field(default_factory=dict)
    locks: tuple[int, ...] = ()
    """Descriptors of the locks of the data folder, which last until the last process that has them ends."""
    wakes: dict[str, tuple[int, int]] = field(default_factory=dict)
    """By the name of a process, the two descriptors of the socket that wakes it."""
    deliverers: tuple[str, ...] = ()
    """The names of the processes that deliver mail."""
    background: str = ""
    """The name of the process that has the readers and jobs."""
    shared: int = -1
    """The descriptor of the memory in which processes count together."""
    slot: int = -1
    """The process's own slot in it."""
    writer: int = -1
    """For the writer, the descriptor of the socket at which it listens; for others, of the folder that has it."""
    others: int = -1
    """An end of a pipe: the writer has the one that reads, and sees its end when the others, who have the other, are
    gone."""
    predecessors: tuple[Predecessor, ...] = ()
    """The processes that did the same before and died: their leases are free."""

    @property
    def descriptors(self) -> tuple[int, ...]:
        """Return the descriptors that the process inherits."""
        pairs = (each for pair in self.wakes.values() for each in pair)
        single = (each for each in (self.shared, self.writer, self.others) if each >= 0)
        return (*(each for *_, each in self.sockets), *self.locks, *pairs, *single)

    def moved(self, numbers: Mapping[int, int]) -> Task:
        """Return the task with other numbers of its descriptors."""
        return replace(
            self,
            sockets=tuple((name, config, numbers[each]) for name, config, each in self.sockets),
            locks=tuple(numbers[each] for each in self.locks),
            wakes={name: (numbers[first], numbers[second]) for name, (first, second) in self.wakes.items()},
            shared=numbers.get(self.shared, -1),
            writer=numbers.get(self.writer, -1),
            others=numbers.get(self.others, -1),
        )

    def bound(self) -> Bound:
        """Return the sockets, in the process that inherited them."""
        found = Bound(addresses=self.addresses)
        for name, config, descriptor in self.sockets:
            found.sockets.append(Listening(name, config, socket.socket(fileno=descriptor)))
        return found


class FromChild(msgspec.Struct, omit_defaults=True):
    """What a process says. Every message is also a sign of life."""

    is_built: bool = False
    """It has all that it needs, and waits to be let in (if it listens)."""
    is_ready: bool = False
    failure: str = ""
    """Why it cannot start, as a line for the operator."""
    node: int = -1
    owner: str = ""
    welcome: str = ""
    """What the operator reads when the server is ready, from the process that made the first account."""


class ToChild(msgspec.Struct, omit_defaults=True):
    """What the supervisor says."""

    opens: bool = False
    """All others are ready: listen."""
    stops_within: float = 0.0
    """Drain within so many seconds, and end."""
    troubles: list[str] | None = None
    """Why the server as a whole is not ready; none for no reason."""


def packed(task: Task, control: socket.socket) -> tuple[bytes, list[int]]:
    """Return what the starter gets of a task and of the socket of the process: bytes, and descriptors."""
    return pickle.dumps(task), [control.fileno(), *task.descriptors]


def received(data: bytes, descriptors: list[int]) -> tuple[Task, socket.socket]:
    """Return the task and the socket in the process, where the descriptors have other numbers."""
    # It comes from our supervisor, over a socket that nobody else has.
    task: Task = pickle.loads(data)  # noqa: S301
    control, *others = descriptors
    return task.moved(dict(zip(task.descriptors, others, strict=True))), socket.socket(fileno=control)


def say(writer: asyncio.StreamWriter, message: FromChild | ToChild) -> None:
    """Send a message; nothing happens if the other is gone, which the reader notices."""
    if not writer.is_closing():
        writer.write(msgspec.json.encode(message) + b"\n")
