"""The template language beside Jinja2: the same mail with 20 variables, other values for each recipient.

``python -m bench.templates Aerogram 1000000`` measures one of them, alone in its process.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import jinja2

from aerogram.content.language.compiler import compile_template
from aerogram.content.language.runtime.scope import Scope
from bench.samples import Sample

if TYPE_CHECKING:
    from collections.abc import Callable

SUBJECTS = ("Aerogram", "Jinja2")
MEASURE = "render, 20 variables"
RECIPIENTS = 1000
"""Different sets of values, used in turn."""

NAMES = (
    *(
        "first_name",
        "last_name",
        "salutation",
        "order_no",
        "order_date",
        "ship_date",
        "street",
        "zip",
        "city",
    ),
    *("country", "product", "quantity", "unit_price", "total", "currency", "carrier", "tracking", "shop"),
    *("support", "link"),
)
_PARAGRAPH = '<tr><td class="label">{label}</td><td style="padding: 4px 8px">{tag}</td></tr>\n'


def source(tag: str) -> str:
    """Write the mail, about 1.8 KiB, with each name within ``tag``."""
    rows = (_PARAGRAPH.format(label=name.replace("_", " ").title(), tag=tag % name) for name in NAMES)
    return f"<html><body><h1>Your order</h1><table>\n{''.join(rows)}</table></body></html>"


def values(number: int) -> dict[str, object]:
    """Give one recipient's values: 17 texts and 3 numbers."""
    texts: dict[str, object] = {name: f"{name} of {number}" for name in NAMES}
    return texts | {"order_no": 100_000 + number, "quantity": number % 9 + 1, "total": number + 0.5}


def renderer(subject: str) -> Callable[[dict[str, object]], str]:
    """Give what renders the mail once it is compiled."""
    if subject == "Jinja2":
        return jinja2.Environment(autoescape=False).from_string(source("{{ %s }}")).render
    template = compile_template(source("{{var:%s}}"), has_language=True, has_merge_tags=True)
    return lambda variables: template.render(Scope(variables=variables))


def measure(subject: str, renders: int) -> Sample:
    """Measure one subject in a process of its own."""
    command = [sys.executable, "-m", "bench.templates", subject, str(renders)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return Sample(MEASURE, subject, **json.loads(done.stdout))


def _check() -> None:
    """See that both write the same."""
    first, second = (renderer(subject) for subject in SUBJECTS)
    if any(first(values(number)) != second(values(number)) for number in range(RECIPIENTS)):
        raise SystemExit("The two do not render the same.")


def _run(subject: str, renders: int) -> dict[str, float]:
    _check()
    render = renderer(subject)
    recipients = [values(number) for number in range(RECIPIENTS)]
    began, cpu = time.perf_counter(), time.process_time()
    for number in range(renders):
        render(recipients[number % RECIPIENTS])
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    kibibytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"rate": renders / seconds, "cpu": cpu / renders * 1000, "memory": kibibytes / 1024}


if __name__ == "__main__":
    print(json.dumps(_run(sys.argv[1], int(sys.argv[2]))))
