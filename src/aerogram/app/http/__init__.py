"""The HTTP side of a process: its server, connections, limits of time and back-pressure."""
