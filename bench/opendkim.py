"""OpenDKIM as a milter: signs with RSA-2048, relaxed/relaxed, as Aerogram does."""

from __future__ import annotations

import contextlib
import subprocess
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from bench.programs import find
from support.waiting import wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bench.meter import Meter

# Over TCP each mail would wait for delayed acknowledgements, so the milter listens on a Unix socket.
CONFIGURATION = """\
Socket local:{folder}/milter
UMask 000
Domain example.org
Selector bench
KeyFile {folder}/key.pem
Canonicalization relaxed/relaxed
Mode s
InternalHosts 127.0.0.0/8
UserID root
Syslog no
RequireSafeKeys no
Background no
"""


@contextlib.contextmanager
def milter(folder: Path, meter: Meter) -> Iterator[Path]:
    """Run the milter in a folder of its own; give its socket."""
    folder.mkdir(exist_ok=True)
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    (folder / "key.pem").write_bytes(pem)
    (folder / "key.pem").chmod(0o600)
    (folder / "opendkim.conf").write_text(CONFIGURATION.format(folder=folder))
    socket = folder / "milter"
    command = [*meter.prefix, find("opendkim"), "-f", "-x", folder / "opendkim.conf"]
    with subprocess.Popen([str(word) for word in command]) as process:
        try:
            wait_for(lambda: socket.exists() or process.poll() is not None, "OpenDKIM's socket")
            meter.adopt(process.pid)
            yield socket
        finally:
            process.terminate()
