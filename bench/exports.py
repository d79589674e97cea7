"""Contacts to a CSV file through the whole server: imported beforehand, exported, polled, read."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx2

from bench.imports import data_of, upload, watch, watch_import, write
from bench.samples import Sample
from support.server import API_KEY, SECRET_KEY

if TYPE_CHECKING:
    from pathlib import Path

    from bench.meter import Meter
    from support.server import ServerProcess

MEASURE = "export, contacts to CSV"


def measure(subject: str, server: ServerProcess, meter: Meter, folder: Path, contacts: int) -> Sample:
    """Export all contacts; the seconds run from the request to the end of the job."""
    path = folder / f"contacts-{contacts}.csv"
    if not path.exists():
        write(path, contacts)
    with _client(server) as client:
        [news] = data_of(client.post("/v3/REST/contactslist", json={"Name": "news"}))
        body = {
            "ContactsListID": news["ID"],
            "DataID": upload(client, news["ID"], path),
            "Method": "addforce",
        }
        [job] = data_of(client.post("/v3/REST/csvimport", json=body))
        watch_import(client, job["ID"], contacts)
    # Another process, so that the memory is that of exports alone.
    server.stop()
    server.start()
    meter.adopt(server.pid)
    with _client(server) as client:
        before, cpu = meter.peak_mebibytes(), meter.cpu_seconds()
        took, row = _export(client, contacts, {})
        cpu = meter.cpu_seconds() - cpu
        _read(client, row["File"], contacts)
        _export(client, contacts, {"ContactsList": news["ID"]})
    print(f"  peak before the exports {before:.0f} MiB, after {meter.peak_mebibytes():.0f} MiB", flush=True)
    return Sample(MEASURE, subject, contacts / took, cpu / contacts * 1000, meter.peak_mebibytes())


def _client(server: ServerProcess) -> httpx2.Client:
    return httpx2.Client(base_url=server.url, auth=(API_KEY, SECRET_KEY), trust_env=False, timeout=120)


def _export(client: httpx2.Client, contacts: int, filters: dict[str, int]) -> tuple[float, dict[str, Any]]:
    begun = time.monotonic()
    [made] = data_of(client.post("/v3/REST/contact/export", json=filters))
    row, states, slowest = watch(client, f"/v3/REST/contact/export/{made['JobID']}")
    took = time.monotonic() - begun
    if (row["Status"], row["Count"]) != ("Completed", contacts):
        raise RuntimeError(f"not all contacts were exported: {row}")
    of = " of a list" if filters else ""
    print(
        f"  {contacts:,} contacts{of} in {took:.1f} s, {contacts / took:,.0f} rows/s; progress seen {states} times,"
        f" slowest answer meanwhile {slowest * 1000:.0f} ms",
        flush=True,
    )
    return took, row


def _read(client: httpx2.Client, url: str, contacts: int) -> None:
    begun = time.monotonic()
    lines = size = 0
    with client.stream("GET", urlsplit(url).path) as answer:
        answer.raise_for_status()
        for piece in answer.iter_raw():
            lines += piece.count(b"\n")
            size += len(piece)
    if lines != contacts + 1:
        raise RuntimeError(f"the file has {lines} lines")
    print(f"  a file of {size / 1e6:.0f} MB is read in {time.monotonic() - begun:.1f} s", flush=True)
