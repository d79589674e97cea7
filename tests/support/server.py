"""The whole product as a process of its own, as an operator runs it."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path

from support.package import PACKAGE_PATH
from support.ports import free_port
from support.process_tree import children_of
from support.waiting import wait_for

API_KEY = "4f0c6a1b5d2e4c7f9a8b3d6e1f205c7a"
SECRET_KEY = "b1946ac92492d2347c6235b8d2611184"
READY_WITHIN = 60.0
"""Several processes that start at once share the cores with the tests beside them."""
STOPPED_WITHIN = 30.0
WORKERS = {"workers": os.environ["AEROGRAM_WORKERS"]} if os.environ.get("AEROGRAM_WORKERS") else {}
"""With this variable, all servers of the tests have several processes."""


class ServerProcess:
    """``aerogram serve`` on a data folder; it may be killed and started again on the same ports.

    ``settings`` are texts by setting name and travel in the environment, as in a container. Ports are
    chosen unless given. ``prefix`` stands before the command, for those who measure.
    """

    def __init__(self, data: Path, *, prefix: Sequence[str] = (), **settings: str) -> None:
        self.data = data
        self._prefix = tuple(prefix)
        self.settings = {
            "data": str(data),
            "http": f"127.0.0.1:{free_port()}",
            "smtp": f"127.0.0.1:{free_port()}",
            "api_key": API_KEY,
            "secret_key": SECRET_KEY,
            **WORKERS,
            **settings,
        }
        self._process: subprocess.Popen[bytes] | None = None
        self._folder = next(each for each in data.parents if each.is_dir())
        self.log = self._folder / f"{data.name}.log"

    @property
    def url(self) -> str:
        """Where its HTTP side is, without a slash at the end."""
        return f"http://{self.settings['http']}"

    @property
    def smtp_port(self) -> int:
        return int(self.settings["smtp"].rpartition(":")[2])

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def environment(self) -> dict[str, str]:
        """Everything inherited but other settings of Aerogram, then ours."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("AEROGRAM_")}
        inherited["PYTHONPATH"] = PACKAGE_PATH
        # Each process would compile all modules again.
        inherited.pop("PYTHONDONTWRITEBYTECODE", None)
        return inherited | {f"AEROGRAM_{name.upper()}": value for name, value in self.settings.items()}

    def children(self) -> dict[str, int]:
        """Give the process numbers of a server of several processes, by name."""
        return children_of(self.pid)

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def launch(self) -> "subprocess.Popen[bytes]":
        """Start the process and do not wait for it to be ready."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*self._prefix, sys.executable, "-m", "aerogram", "serve"],
                env=self.environment(),
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        return self._process

    def start(self) -> None:
        """Start the process and wait until it says that it is ready."""
        self.launch()
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        """Wait until the process that was launched says that it is ready."""
        process = self._process
        assert process is not None
        wait_for(lambda: process.poll() is not None or self._is_ready(), "GET /readyz", READY_WITHIN)
        self.assert_alive_or_stopped()
        assert process.poll() is None, "serve ended before it was ready"

    def _is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=5) as answer:
                return answer.status == 200
        except urllib.error.HTTPError as refused:
            refused.close()
            return False
        except OSError:
            return False

    def kill(self) -> None:
        """End it with SIGKILL, as a power cut or the OOM killer would; children too."""
        assert self._process is not None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def wait(self) -> None:
        """Wait for the end of the process that was started, not of its children."""
        assert self._process is not None
        self._process.wait()

    def assert_alive_or_stopped(self) -> None:
        """Complain when it ended in any way but by being asked to."""
        status = self._process.poll() if self._process is not None else None
        if status:
            raise AssertionError(f"serve ended with {status}:\n{self.log.read_text()[-3000:]}")

    def ask_to_stop(self) -> None:
        """Send it SIGTERM and do not wait."""
        assert self._process is not None
        self._process.terminate()

    def stop(self) -> int:
        """Ask it to drain and end; give its exit status."""
        self.ask_to_stop()
        try:
            return self._process.wait(STOPPED_WITHIN)
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def command(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """Run another command of ``aerogram`` with the same settings."""
        return subprocess.run(
            [sys.executable, "-m", "aerogram", *words],
            env=self.environment(),
            cwd=self._folder,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def answer_of(self, *words: str) -> object:
        """Run a command with ``--json`` that must succeed; give what it prints."""
        done = self.command(*words, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


@contextlib.contextmanager
def running(data: Path, **settings: str) -> Iterator[ServerProcess]:
    """Have a server while the block runs."""
    server = ServerProcess(data, **settings)
    try:
        server.start()
        yield server
        server.assert_alive_or_stopped()
    finally:
        if server.is_running:
            server.stop()
