"""A private Postfix on loopback: its own folder, its own ports, nothing of the system's configuration."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from bench.programs import find
from support.ports import free_port
from support.waiting import wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.meter import Meter

_SYSTEM = Path("/etc/postfix")

MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/spool
data_directory = {folder}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
myhostname = peer.example.org
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps =
local_recipient_maps =
relayhost = [127.0.0.1]:{next_hop}
smtp_dns_support_level = disabled
smtp_tls_security_level = none
smtpd_tls_security_level = none
default_process_limit = 200
smtpd_client_connection_count_limit = 0
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_recipient_restrictions = permit_mynetworks, reject
maillog_file = {folder}/maillog
maillog_file_prefixes = {folder}
queue_minfree = 0
message_size_limit = 52428800
"""
HOLD = "smtpd_client_restrictions = check_client_access static:HOLD\n"
"""Accept durably and deliver nothing."""
FAST_RELAY = """\
in_flow_delay = 0
smtp_destination_concurrency_limit = 50
initial_destination_concurrency = 20
smtp_connection_cache_on_demand = yes
"""
MILTER = "smtpd_milters = unix:{socket}\nmilter_default_action = tempfail\n"

# Fields of master(5) after the name: type, private, unprivileged, chroot, wake-up, process limit, command.
SERVICES = """\
127.0.0.1:{port} inet n - n - 100 smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
smtp unix - - n - - smtp
relay unix - - n - - smtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
proxymap unix - - n - - proxymap
showq unix n - n - - showq
flush unix n - n 1000? 0 flush
tlsmgr unix - - n 1000? 1 tlsmgr
verify unix - - n - 1 verify
postlog unix-dgram n - n - 1 postlogd
"""


def why_not() -> str:
    """Say in a sentence why there can be no Postfix here; "" when there can."""
    if find("postfix") is None:
        return "Postfix is not installed, so there are no figures of it and no ratios."
    if os.geteuid() != 0:
        return "A private Postfix needs root, so there are no figures of it and no ratios."
    return ""


class Postfix:
    """One spool for the whole bench: a file system is slow in places where files were just deleted."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._etc = folder / "etc"
        owner = pwd.getpwnam("postfix").pw_uid
        for name in ("etc", "etc/dynamicmaps.cf.d", "etc/postfix-files.d", "spool", "data"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        os.chown(folder / "data", owner, -1)
        for name in ("dynamicmaps.cf", "postfix-files"):
            if (source := _SYSTEM / name).exists():
                shutil.copy(source, self._etc)

    @contextlib.contextmanager
    def holding(self, meter: Meter) -> Iterator[int]:
        """Accept and keep; give the port."""
        with self._running(HOLD, 1, meter) as port:
            yield port

    @contextlib.contextmanager
    def relaying(
        self, next_hop: int, meter: Meter, milter: Path | None = None, *, further: str = ""
    ) -> Iterator[int]:
        """Hand everything to a port of loopback, through a milter's socket if one is given; give the port.

        ``further`` are more lines of main.cf.
        """
        extra = further + FAST_RELAY + (MILTER.format(socket=milter) if milter else "")
        with self._running(extra, next_hop, meter) as port:
            yield port

    @contextlib.contextmanager
    def _running(self, extra: str, next_hop: int, meter: Meter) -> Iterator[int]:
        port = free_port()
        main = MAIN.format(folder=self._folder, next_hop=next_hop)
        (self._etc / "main.cf").write_text(main + extra)
        (self._etc / "master.cf").write_text(SERVICES.format(port=port))
        self._command(*meter.prefix, find("postfix"), "-c", self._etc, "start")
        try:
            pid_file = self._folder / "spool/pid/master.pid"
            wait_for(lambda: pid_file.exists() and pid_file.read_text().strip(), "Postfix's master")
            meter.adopt(int(pid_file.read_text()))
            yield port
        finally:
            self._command(find("postfix"), "-c", self._etc, "stop")

    def _command(self, *words: object) -> None:
        done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{words} ended with {done.returncode}: {done.stderr}")
