"""Fuzz the language of segments: expressions made by grammar, broken at random, asked of hostile contacts.

    python fuzz/segment_language.py --seconds 60 --seed 7
    python fuzz/segment_language.py --expressions 100000

An expression fails when it raises anything but `SegmentError`, tells a place outside of itself, takes too long to
be read, is answered differently the second time, or is true of a contact together with its negation.
A failing expression is printed with the seed that makes it, and written to ``--crashes``. The exit status is 1
when there was one.
"""

# ruff: noqa: INP001, PLR2004 - a script, whose numbers are odds

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any, Final

from loop import main

from aerogram.audience.segments.bind import bind
from aerogram.audience.segments.errors import SegmentError
from aerogram.audience.segments.operands import Definition, Definitions
from aerogram.audience.segments.parser import parse
from aerogram.audience.segments.signatures import FUNCTIONS, Parameter
from aerogram.model.event import EventKind
from aerogram.model.segment import Denied, Kind
from support.segment_evaluation import Activity, Contact, is_met

if TYPE_CHECKING:
    import random
    from collections.abc import Iterable

NOW: Final = 1_718_452_800_000
DAY: Final = 86_400_000
MAX_SECONDS: Final = 1.0
MAX_ERROR: Final = 300

NAMES: Final = {f"{kind.value}{number}": kind for kind in Kind for number in (1, 2)}
DEFINITIONS: Final = Definitions(
    static={name: Definition(number, kind) for number, (name, kind) in enumerate(NAMES.items(), 1)},
    historic={name: Definition(number, kind) for number, (name, kind) in enumerate(NAMES.items(), 50)},
)
WORDS: Final = (*NAMES, "STR1", "unknown", "x-y.z", "true", "FALSE")
TEXTS: Final = ('""', '"a"', '"\u00c9"', '"40"', '"true"', r'"\"\\"', '"%_"', '"\U0001f600"', '"2024-06-15"')
NUMBERS: Final = ("0", "1", "-2.5", "40", '"30"', "9223372036854775808", "9" * 40, "0." + "1" * 30)
DATES: Final = (
    '"2024-06-15T12:00:00.5+02:00"',
    '"0001-01-01"',
    '"9999-12-31T23:59:59-14:00"',
    "DateTimeNow()",
)
OPERATORS: Final = ("=", "!=", "<>", "<", "<=", ">", ">=")
PIECES: Final = (*"()\"',=<>!-.\\ \0\n\ud800\u0665\u00b2", " and ", " OR ", " xor ", " not ", *FUNCTIONS)


class Broken(AssertionError):  # noqa: N818 - it says what the language is
    """The language did something it must never do."""


class Segments:
    """Expressions, and contacts to ask them of."""

    name = "segment_language"
    noun = "expressions"

    def make(self, rng: random.Random) -> str:
        """Make an expression; every third is then damaged, and some are made of pieces alone."""
        if rng.random() < 0.1:
            return "".join(rng.choices((*PIECES, *WORDS, *TEXTS, *NUMBERS), k=rng.randrange(40)))
        source = a_condition(rng, rng.randrange(6))
        if rng.random() < 0.02:
            part = rng.choice(("(", "not ", "a=1 and ", "a=1 or a=1 xor ", "ToDate(", '"\\', "1", ")", ","))
            source += part * rng.choice((30, 300, 20_000))
        for _ in range(rng.randrange(1, 4) if rng.randrange(3) == 0 else 0):
            at = rng.randrange(len(source) + 1)
            source = source[:at] + rng.choice(("", rng.choice(PIECES))) + source[at + rng.randrange(3) :]
        return source

    def test(self, rng: random.Random, given: str) -> Iterable[str]:
        """Read an expression, bind it and ask it."""
        started = time.thread_time()
        try:
            tree = parse(given)
        except SegmentError as error:
            if not 0 <= error.position <= len(given) or len(str(error)) > MAX_ERROR:
                raise Broken(f"an error of no place, or too long: {error}") from None
            return ("refused",)
        finally:
            if time.thread_time() - started > MAX_SECONDS:
                raise Broken("reading took too long")
        condition = bind(tree, DEFINITIONS, rng.choice((NOW, 0, 253_402_300_799_999)))
        answers = []
        for _ in range(3):
            contact = a_contact(rng)
            answer = is_met(condition, contact)
            if answer is not is_met(condition, contact) or answer is is_met(Denied(condition), contact):
                raise Broken("an answer that is not one")
            answers.append("matched" if answer else "not matched")
        return answers


def a_condition(rng: random.Random, depth: int) -> str:
    """Make a condition, mostly a good one."""
    kind = rng.randrange(6) if depth else rng.randrange(2)
    if kind == 0:
        return rng.choice((f"({a_call(rng, True)})", f"not {a_call(rng, True)}"))
    if kind == 1:
        return f"({an_operand(rng)}{rng.choice(OPERATORS)}{an_operand(rng)})"
    word = rng.choice((" and ", " OR ", " Xor ", " or "))
    return "(" + word.join(a_condition(rng, depth - 1) for _ in range(rng.randrange(1, 4))) + ")"


def an_operand(rng: random.Random) -> str:
    """Make one side of a comparison."""
    if rng.randrange(4) == 0:
        return a_call(rng, False)
    return rng.choice((*WORDS, *WORDS, *TEXTS, *NUMBERS))


def a_call(rng: random.Random, is_condition: bool) -> str:  # noqa: FBT001 - one of two kinds
    """Make a call of a function that gives a truth, or a value."""
    function = rng.choice([each for each in FUNCTIONS.values() if each.is_condition is is_condition])
    return f"{function.name}({','.join(an_argument(rng, each) for each in function.parameters)})"


def an_argument(rng: random.Random, parameter: Parameter) -> str:
    """Make an argument, nearly always one that fits."""
    if rng.random() < 0.03:
        return an_operand(rng)
    match parameter:
        case Parameter.PROPERTY:
            return rng.choice(WORDS[:-2])
        case Parameter.VALUE:
            return rng.choice((*WORDS[:-2], "Last(datetime1)", "Max(30,int1)", "DateTimeNow()"))
        case Parameter.TEXT | Parameter.WORDS:
            return rng.choice(TEXTS)
        case Parameter.INSTANT:
            return rng.choice(DATES)
        case Parameter.LIMIT:
            return rng.choice(("0", *DATES))
        case Parameter.FORMAT:
            return rng.choice(('"yy-mm-dd"', '"yyyymmddhhnnss"', '"%d\' mmm"', '""'))
        case Parameter.OFFSET:
            return rng.choice(('"+03:00"', '"-19:59"', '"Z"'))
        case _:
            return rng.choice(("0", "7", "30", '"30"'))


def a_value(rng: random.Random) -> Any:
    """Make a stored value, of whatever kind."""
    return rng.choice(
        (
            "",
            "a",
            "\u00c9",
            "40",
            0,
            40,
            -(2**63),
            2**63 - 1,
            0.5,
            -0.0,
            1e308,
            True,
            False,
            None,
            [1],
            {"a": 1},
            NOW,
            -NOW,
        )
    )


def a_contact(rng: random.Random) -> Contact:
    """Make a contact whose values need not be of their properties' kinds."""
    ids = [str(each.id) for each in DEFINITIONS.static.values() if rng.random() < 0.8]
    return Contact(
        values={number: a_value(rng) for number in ids},
        history={
            str(each.id): [(NOW - rng.randrange(60) * DAY, a_value(rng)) for _ in range(rng.randrange(4))]
            for each in DEFINITIONS.historic.values()
        },
        activities=[
            Activity(
                rng.choice((EventKind.OPEN, EventKind.CLICK)), NOW - rng.randrange(60) * DAY, rng.randrange(3)
            )
            for _ in range(rng.randrange(4))
        ],
    )


if __name__ == "__main__":
    sys.exit(main(Segments(), "Fuzz the language of segments."))
