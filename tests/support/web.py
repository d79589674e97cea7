"""A real server for the inbox's routes, and the browser that looks at it."""

import asyncio
import contextlib
import os
import shutil
import socket
import threading

import pytest
import uvicorn
from playwright.sync_api import sync_playwright
from starlette.applications import Starlette

from aerogram.doors.web.app import build_inbox

BROWSER_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


CONTRAST = """element => {
  const numbers = text => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
  let ground = element;
  while (getComputedStyle(ground).backgroundColor === "rgba(0, 0, 0, 0)") ground = ground.parentElement;
  const [a, b] = [getComputedStyle(element).color, getComputedStyle(ground).backgroundColor].map(numbers).map(light);
  return (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
}"""
"""How a text stands out from its ground, as WCAG 2 counts it; to be evaluated on an element."""


async def nobody(name, password, peer_ip):
    """Knows no password."""


class InboxServer:
    """Serves one inbox on a free port of the loopback, in a thread of its own, until stopped."""

    def __init__(self, inbox, *, mode="capture", authenticate=nobody, allowed_hosts=()):
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._build = lambda stopping: build_inbox(
            inbox,
            mode=mode,
            addresses={"smtp": "127.0.0.1:1025", "http": self.url},
            authenticate=authenticate,
            allowed_hosts=allowed_hosts,
            stopping=stopping,
        )
        self._is_ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)

    def __enter__(self):
        self._thread.start()
        assert self._is_ready.wait(20)
        return self

    def __exit__(self, *_):
        self.stop()
        self._thread.join(20)
        assert not self._thread.is_alive()

    def is_waited_for(self):
        """Tell whether some request waits for the stop."""
        return bool(self._stopping._waiters)

    def stop(self):
        """Announce the stop, as the product does, then end."""
        self._loop.call_soon_threadsafe(self._stop)

    def _stop(self):
        self._stopping.set()
        self._server.should_exit = True

    async def _serve(self):
        self._loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        app = Starlette(routes=self._build(self._stopping))
        config = uvicorn.Config(
            app, log_config=None, lifespan="off", http="httptools", timeout_graceful_shutdown=5
        )
        self._server = uvicorn.Server(config)
        self._server.capture_signals = contextlib.nullcontext
        # The socket listens already: a client that comes early waits in its backlog.
        self._is_ready.set()
        await self._server.serve(sockets=[self._socket])


@contextlib.contextmanager
def chromium():
    """Give a real Chromium; skip the test where there is none, except in CI, where that is a failure."""
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if path is None:
        reason = "no Chromium is installed; the inbox's page was not looked at"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=BROWSER_FLAGS)
        try:
            yield browser
        finally:
            browser.close()
