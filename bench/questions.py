"""What is asked of many contacts: pages near and far, filters, orders, counts and previews of segments."""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import httpx2

    from bench.meter import Meter

_PAGE = 1_000
_TIMES = 3
_SEGMENTS = (
    "(age>30)",
    '(Contains(city,"ome"))',
    '((plan="gold") AND (city="Rome"))',
    '((plan="gold") OR (city="Rome"))',
    '(NOT (city="Rome"))',
    "(IsInPreviousDays(joined,30))",
    "(HasOpenedSince(30))",
)


def ask(client: httpx2.Client, meter: Meter, list_id: int, contacts: int) -> None:
    """Print how long each answer takes, the median of three, and the CPU time of all of the server for it."""
    for name, path, parameters in (*_pages(list_id, contacts * 9 // 10), *_previews(client)):
        _told(client, meter, name, path, parameters)


def _pages(list_id: int, far: int) -> list[tuple[str, str, dict[str, Any]]]:
    pages: list[tuple[str, str, dict[str, Any]]] = []
    for resource in ("contact", "listrecipient"):
        for offset in (0, far):
            page = {"Limit": _PAGE, "Offset": offset}
            own = page | {"ContactsList": list_id}
            pages.append((f"{resource} of the list at {offset:,}", resource, own))
            pages.append((f"{resource} at {offset:,}", resource, page))
    pages += [
        ("contact, the number alone", "contact", {"countOnly": 1}),
        ("contact, EmailLike", "contact", {"EmailLike": "abc"}),
        ("contact, EmailLike that none has", "contact", {"EmailLike": "zzz"}),
        ("contact, unsubscribed", "contact", {"IsUnsubscribed": "true"}),
        ("contact, not unsubscribed", "contact", {"IsUnsubscribed": "false"}),
    ]
    for order in ("Email", "CreatedAt desc"):
        for offset in (0, far):
            page = {"Sort": order, "Limit": _PAGE, "Offset": offset}
            pages.append((f"contact by {order} at {offset:,}", "contact", page))
    return pages


def _previews(client: httpx2.Client) -> list[tuple[str, str, dict[str, Any]]]:
    """Make segments, whose preview counts them too."""
    previews: list[tuple[str, str, dict[str, Any]]] = []
    for number, expression in enumerate(_SEGMENTS):
        body = {"Name": f"segment {number}", "Expression": expression}
        answer = client.post("/v3/REST/contactfilter", json=body)
        answer.raise_for_status()
        [made] = answer.json()["Data"]
        previews.append((f"segment {expression}", f"contactfilter/{made['ID']}/preview", {}))
    return previews


def _told(client: httpx2.Client, meter: Meter, name: str, path: str, parameters: dict[str, Any]) -> None:
    times, before = [], meter.cpu_seconds()
    for _ in range(_TIMES):
        begun = time.monotonic()
        answer = client.get(f"/v3/REST/{path}", params=parameters)
        times.append(time.monotonic() - begun)
    cpu = (meter.cpu_seconds() - before) / _TIMES
    median = statistics.median(times) * 1000
    print(f"  {name}: {median:.0f} ms, CPU {cpu * 1000:.0f} ms ({_found(answer)})", flush=True)


def _found(answer: httpx2.Response) -> str:
    if not answer.is_success:
        return f"refused with {answer.status_code}"
    said = answer.json()
    is_preview = answer.url.path.endswith("/preview")
    return f"{said['Data'][0]['ContactCount'] if is_preview else said['Total']:,}"
