"""Ports that nobody uses."""

import secrets
import socket

_BELOW_CLIENTS = range(15_000, 32_000)
"""Linux takes the ports of outgoing connections from 32,768 on and macOS from 49,152 on. A server's port from
there may be a client's by the time the server starts, or starts again."""


def free_port() -> int:
    """Give a loopback port that was free a moment ago."""
    while True:
        port = secrets.choice(_BELOW_CLIENTS)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
