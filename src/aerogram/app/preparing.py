"""What a server does once at its start, before it serves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from aerogram.app.command_services import CommandServices
from aerogram.app.line import connected
from aerogram.app.platform import open_platform
from aerogram.app.processes.task import FromChild
from aerogram.app.setup import apply_settings, set_up
from aerogram.app.welcome import welcome
from aerogram.base.errors import SettingsError
from aerogram.net.tls import self_signed
from aerogram.store.records.messages import queue
from aerogram.store.server_lock import ServerLock
from aerogram.store.sql import Engine

if TYPE_CHECKING:
    import socket

    from aerogram.app.line import Line
    from aerogram.app.platform import Platform
    from aerogram.app.processes.task import Task
    from aerogram.app.setup import FirstSetUp
    from aerogram.identity.accounts import Accounts
    from aerogram.senders.addresses import Senders

log = structlog.get_logger(__name__)


async def prepare(platform: Platform, accounts: Accounts, senders: Senders) -> FirstSetUp | None:
    """Free the leases of the server before, and make the first account; give None if there is one.

    Raises `SettingsError`, also if the disk is nearly full.
    """
    if platform.made_private:
        log.warning("data_folder_made_private", paths=[str(path) for path in platform.made_private])
    if platform.database.engine is Engine.SQLITE:
        await platform.database.write(lambda: queue.free_all(platform.clock.now_ms()))
    made = await set_up(platform, accounts, senders)
    await apply_settings(platform, accounts, senders)
    if not platform.room.has_room():
        raise SettingsError(
            f"min_free_disk: the disk of {platform.settings.data} has less free space than that; free some space."
        )
    return made


async def run_preparation(task: Task, control: socket.socket) -> None:
    """Prepare the store for the other processes of a server. Raises `FailedError`."""
    async with connected(control) as line:
        await _prepare(task, line)


async def _prepare(task: Task, line: Line) -> None:
    """Migrate, make the first account and the certificate, and say so."""
    settings = task.settings
    platform = await open_platform(settings, ServerLock(settings.data, task.locks))
    try:
        services = CommandServices(platform)
        made = await prepare(platform, services.accounts, services.senders)
        if settings.tls_cert is None:
            self_signed(settings.data, settings.hostname)
        line.say(FromChild(is_ready=True, welcome=welcome(settings, task.addresses, made)))
    finally:
        await platform.close()
