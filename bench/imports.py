"""A CSV file of contacts through the whole server: uploaded, imported, polled; then questions about what came of it."""

from __future__ import annotations

import datetime as dt
import random
import time
from typing import TYPE_CHECKING, Any

import httpx2

from bench import questions
from bench.samples import Sample
from support.server import API_KEY, SECRET_KEY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bench.meter import Meter
    from support.server import ServerProcess

MEASURE = "import, contacts from CSV"
POLL_SECONDS = 0.25
_CITIES = ("Paris", "Rome", "Oslo", "Vienna", "Lisbon", "Athens", "Cork", "Ghent")
_PLANS = ("free", "silver", "gold")
_HEADER = "email,name,city,age,plan,joined\n"
_BLOCK = 1_000
_HOURS = 24 * 365
_DATATYPES = {"city": "str", "age": "int", "plan": "str", "joined": "datetime"}


def measure(subject: str, server: ServerProcess, meter: Meter, folder: Path, contacts: int) -> Sample:
    """Import a file into an empty list; the seconds run from the request of the import to its end."""
    path = folder / f"contacts-{contacts}.csv"
    if not path.exists():
        write(path, contacts)
    with httpx2.Client(
        base_url=server.url, auth=(API_KEY, SECRET_KEY), trust_env=False, timeout=120
    ) as client:
        [news] = data_of(client.post("/v3/REST/contactslist", json={"Name": "news"}))
        for name, datatype in _DATATYPES.items():
            client.post(
                "/v3/REST/contactmetadata", json={"Name": name, "Datatype": datatype}
            ).raise_for_status()
        data_id = upload(client, news["ID"], path)
        cpu = meter.cpu_seconds()
        begun = time.monotonic()
        body = {"ContactsListID": news["ID"], "DataID": data_id, "Method": "addforce"}
        [job] = data_of(client.post("/v3/REST/csvimport", json=body))
        steps, slowest = watch_import(client, job["ID"], contacts)
        took = time.monotonic() - begun
        cpu = meter.cpu_seconds() - cpu
        print(
            f"  {contacts:,} contacts in {took:.1f} s, {contacts / took:,.0f} rows/s; progress seen {steps} times,"
            f" slowest answer meanwhile {slowest * 1000:.0f} ms",
            flush=True,
        )
        questions.ask(client, meter, news["ID"], contacts)
    return Sample(MEASURE, subject, contacts / took, cpu / contacts * 1000, meter.peak_mebibytes())


def write(path: Path, contacts: int) -> None:
    """Write a file whose addresses come in no order, as those of a real one."""
    chance = random.Random(contacts)
    last = dt.datetime.now(dt.UTC)
    with path.open("w", encoding="utf-8") as file:
        file.write(_HEADER)
        for start in range(0, contacts, _BLOCK):
            file.writelines(
                f"{chance.getrandbits(40):x}.{number}@example.org,Person {number},"
                f"{chance.choice(_CITIES)},{chance.randint(18, 90)},{chance.choice(_PLANS)},"
                f"{last - dt.timedelta(hours=chance.randrange(_HOURS)):%Y-%m-%dT%H:%M:%SZ}\n"
                for number in range(start, min(start + _BLOCK, contacts))
            )


def upload(client: httpx2.Client, list_id: int, path: Path) -> int:
    def pieces() -> Iterator[bytes]:
        with path.open("rb") as file:
            while piece := file.read(256 * 1024):
                yield piece

    begun = time.monotonic()
    answer = client.post(f"/v3/DATA/contactslist/{list_id}/CSVData/text:plain", content=pieces())
    answer.raise_for_status()
    took = time.monotonic() - begun
    print(f"  upload of {path.stat().st_size / 1e6:.0f} MB: {took:.1f} s", flush=True)
    data_id: int = answer.json()["ID"]
    return data_id


def watch_import(client: httpx2.Client, job_id: int, contacts: int) -> tuple[int, float]:
    """Wait for an import; give how many different states were seen, and the slowest answer."""
    job, states, slowest = watch(client, f"/v3/REST/csvimport/{job_id}")
    if (job["Status"], job["Count"], job["Errcount"]) != ("Completed", contacts, 0):
        raise RuntimeError(f"not all contacts were imported: {job}")
    return states, slowest


def watch(client: httpx2.Client, path: str) -> tuple[dict[str, Any], int, float]:
    """Poll a job until its end; give its last state, how many different ones were seen, and the slowest answer."""
    seen = set()
    slowest = 0.0
    while True:
        asked = time.monotonic()
        [job] = data_of(client.get(path))
        slowest = max(slowest, time.monotonic() - asked)
        seen.add(job["Count"])
        if job["Status"] in {"Completed", "Error", "Abort"}:
            return job, len(seen), slowest
        time.sleep(POLL_SECONDS)


def data_of(answer: httpx2.Response) -> list[dict[str, Any]]:
    answer.raise_for_status()
    data: list[dict[str, Any]] = answer.json()["Data"]
    return data
