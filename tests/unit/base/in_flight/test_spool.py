"""The files that hold large bodies while they arrive."""

import asyncio
from pathlib import Path

import pytest

from aerogram.base.errors import BusyError, StoreFullError, UnavailableError
from aerogram.base.in_flight.in_flight import FILES_TO_MEMORY, InFlight
from support.small_disk import MEGABYTE, small_disk


def descriptors():
    return len(list(Path("/proc/self/fd").iterdir()))


async def test_a_body_comes_back_as_it_was_written(tmp_path):
    in_flight = InFlight(folder=tmp_path / "spool")
    held = in_flight.held_for("192.0.2.1")
    pieces = [bytes([number]) * 100_000 for number in range(9)]
    for piece in pieces:
        await held.put(piece)
    assert in_flight.files.used == 900_000
    assert await held.spool.read() == b"".join(pieces)
    held.release()
    held.release()
    assert (in_flight.files.used, held.spool) == (0, None)


async def test_nothing_is_left_in_the_folder_not_even_while_it_is_written(tmp_path):
    held = InFlight(folder=tmp_path / "spool").held_for("")
    await held.put(b"x" * 100_000)
    assert list((tmp_path / "spool").iterdir()) == []
    assert oct((tmp_path / "spool").stat().st_mode)[-3:] == "700"
    held.release()


async def test_a_file_that_is_given_up_during_a_write_is_closed(tmp_path):
    opened = descriptors()
    held = InFlight(folder=tmp_path / "spool").held_for("")
    await held.put(b"x")
    writing = asyncio.create_task(held.put(b"x" * 1_000_000))
    await asyncio.sleep(0)
    held.release()
    await asyncio.gather(writing, return_exceptions=True)
    assert descriptors() == opened


async def test_files_have_a_budget_too(tmp_path):
    in_flight = InFlight(MEGABYTE, tmp_path / "spool")
    first, second = in_flight.held_for(""), in_flight.held_for("")
    await first.put(b"x" * (FILES_TO_MEMORY * MEGABYTE * 7 // 8))
    with pytest.raises(BusyError):
        await second.put(b"x" * 100_000)
    first.release()
    await second.put(b"x" * 100_000)
    second.release()


async def test_a_full_disk_is_told_as_such_and_noted(tmp_path):
    noted = []
    with small_disk(tmp_path / "disk", 1) as disk:
        in_flight = InFlight(folder=disk / "spool", note_refusal=lambda: noted.append(1))
        held = in_flight.held_for("")
        with pytest.raises(StoreFullError):
            await held.put(b"x" * 2 * MEGABYTE)
        held.release()
    assert (noted, in_flight.files.used) == ([1], 0)


async def test_a_folder_that_cannot_be_used_is_told_as_such(tmp_path):
    (tmp_path / "file").write_text("")
    held = InFlight(folder=tmp_path / "file" / "spool").held_for("")
    with pytest.raises(UnavailableError):
        await held.put(b"x")
    held.release()


async def test_no_file_is_begun_while_the_disk_is_nearly_full(tmp_path):
    def full():
        raise StoreFullError("full")

    held = InFlight(folder=tmp_path / "spool", check_room=full).held_for("")
    with pytest.raises(StoreFullError):
        await held.put(b"x")
    assert not (tmp_path / "spool").exists()
