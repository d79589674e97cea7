"""The documented expressions, each with a contact and the answer; and contacts as both evaluators want them."""

import json
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from aerogram.audience.segments.operands import Definition, Definitions
from aerogram.model.event import EventKind
from aerogram.model.segment import Kind
from support.segment_evaluation import Activity, Contact

EVENTS = {"opened": EventKind.OPEN, "clicked": EventKind.CLICK, "unsub": EventKind.UNSUB}


class Case(NamedTuple):
    """An expression, what is known, and whether it matches; None for an expression that is refused."""

    expression: str
    properties: Definitions
    contact: Contact
    now_ms: int
    matches: bool | None


def all_cases():
    """Read the cases of the file, in its order."""
    file = Path(__file__).with_name("segment_cases.json")
    return [_case(each) for each in json.loads(file.read_text())]


def milliseconds(text):
    return int(datetime.fromisoformat(text).timestamp() * 1000)


def stored(text, kind):
    """Give a value as a contact has it, from the text that contactdata shows."""
    read = {
        Kind.TEXT: str,
        Kind.INTEGER: int,
        Kind.FLOAT: float,
        Kind.FLAG: lambda text: text == "true",
        Kind.MOMENT: milliseconds,
    }
    return read[kind](text)


def _case(case):
    known = case["contact"]
    historic = known.get("historic", {})
    kinds = dict.fromkeys([*known["props"], *historic], Kind.TEXT)
    kinds |= {name: Kind(word) for name, word in known.get("types", {}).items()}
    by_name = {name: Definition(number, kind) for number, (name, kind) in enumerate(sorted(kinds.items()), 1)}
    return Case(
        case["expression"],
        Definitions(
            static={name: found for name, found in by_name.items() if name not in historic},
            historic={name: found for name, found in by_name.items() if name in historic},
        ),
        Contact(
            values={
                str(by_name[name].id): stored(text, kinds[name]) for name, text in known["props"].items()
            },
            history={
                str(by_name[name].id): [
                    (milliseconds(each["at"]), stored(each["value"], kinds[name])) for each in past
                ]
                for name, past in historic.items()
            },
            activities=[
                Activity(
                    EVENTS[each["event"]],
                    milliseconds(each["at"]),
                    each.get("campaign", 0),
                    each.get("url", ""),
                )
                for each in known.get("history", ())
            ],
        ),
        milliseconds(known["now"]),
        None if case["matches"] == "error" else case["matches"],
    )
