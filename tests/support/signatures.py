"""DKIM signatures, verified by dkimpy with the records that the server says to publish."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import dkim

if TYPE_CHECKING:
    from support.server import ServerProcess

ALGORITHM = re.compile(rb"\ba=([a-z0-9-]+)")


class Verifier:
    """Verifies mail of one domain."""

    def __init__(self, server: ServerProcess, domain: str) -> None:
        shown = server.answer_of("domain", "show", domain)
        self._records = {record["name"].rstrip("."): record["value"].encode() for record in shown["records"]}

    def assert_signed(self, mail: bytes, *algorithms: str) -> None:
        """Want exactly one signature of each algorithm, all of them good."""
        verifier = dkim.DKIM(mail)
        signatures = [value for name, value in verifier.headers if name.lower() == b"dkim-signature"]
        assert sorted(ALGORITHM.search(value)[1].decode() for value in signatures) == sorted(algorithms)
        for number in range(len(signatures)):
            assert dkim.DKIM(mail).verify(idx=number, dnsfunc=self.look_up), signatures[number]

    def look_up(self, name: bytes, timeout: int = 5) -> bytes | None:  # noqa: ARG002 - dkimpy passes it
        """Return the record of a name, as dkimpy asks for it."""
        return self._records.get(name.decode().rstrip("."))
