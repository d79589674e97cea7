"""Fuzz the template language: sources made by grammar, broken at random, rendered with hostile values.

    python fuzz/template_language.py --seconds 60 --seed 7
    python fuzz/template_language.py --templates 100000

A template fails when it raises anything but `TemplateError`, tells a place outside its source, writes more
than its budget, uses more CPU time than its budget and a moment, renders differently the second time, or reads
an inserted value for tags. A failing source is printed with the seed that makes it, and written to
``--crashes``. The exit status is 1 when there was one.
"""

# ruff: noqa: INP001, PLR2004 - a script, whose numbers are odds

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any, Final

from loop import main

from aerogram.content.language.compiler import compile_template
from aerogram.content.language.errors import TemplateError
from aerogram.content.language.runtime.budget import Budget
from aerogram.content.language.runtime.scope import Scope

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

MOMENT: Final = 1.0
"""Seconds of CPU beyond the budget: one step may be long, and machines are slow."""
MAX_COMPILE_SECONDS: Final = 3.0
MAX_ERROR: Final = 2_000
LEAK: Final = "LEAKED"
"""The value of a variable that no source names: it can only be seen when a value was read for tags."""
BAIT: Final = '{{var:secret}}[[var:secret]]{% set a = "x" %}{% if var:secret %}}}%}]]"\''

BUDGETS: Final = (
    Budget(),
    Budget(),
    Budget(steps=50),
    Budget(output=40),
    Budget(text=30),
    Budget(steps=10_000_000, cpu_seconds=0.01),
)
NAMES: Final = (
    "a",
    "b",
    "list",
    "object",
    "deep",
    "text",
    "none",
    "n",
    "yo-yo",
    "é",
    "big",
    "and",
    "list.0",
    "deep.x.y",
)
LITERALS: Final = (
    '"x"',
    "'y'",
    '""',
    "0",
    "1",
    "2.5",
    "true",
    "FALSE",
    "999999999999999999",
    '"' + "0" * 50 + '"',
    "'[[var:a]]{{var:a}}'",
)
OPERATORS: Final = (
    *("+", "-", "*", "/", "div", "mod", "=", "==", "===", "!=", "<>", "<", ">", "<=", ">="),
    *("and", "or", "xor", "AND"),
)
FUNCTIONS: Final = (
    *("Upper", "lower", "Capitalize", "UrlEncode", "Escape", "Round", "Int", "ToDate", "HasOpenedSince"),
    *(
        "HasClickedSince",
        "FormatNumber",
        "FormatNumberLocale",
        "FormatDateTime",
        "FormatDateTimeTZ",
        "Nothing",
    ),
)
FORMATS: Final = ('"#,##0.00"', '"0"', '"dd.mm.yyyy hh:nn:ss am/pm"', '"de_DE"', '"+03:00"', '"."', '"%"')
MARKS: Final = (
    *("[[var:a]]", '[[data:none:"x"]]', "[[var:deep.x]]", "[[UNSUB_LINK_FR]]", "[[PERMALINK]]", "[[var:a"),
    *("[[var:a:b]]", "[[", "]]", "[[UNSUB_LINK", "{{mj:unsub_link_de}}"),
)
PIECES: Final = (
    "{{",
    "}}",
    "{%",
    "%}",
    '"',
    "'",
    "(",
    ")",
    ":",
    "-",
    "!",
    "\n",
    "\0",
    "é",
    "\ud800",
    "\U0001d7d9",
    " ",
    ".",
    ",",
)


class Broken(AssertionError):  # noqa: N818 - it says what the language is
    """The language did something it must never do."""


def an_expression(rng: random.Random, depth: int) -> str:
    """Make an expression, mostly a good one."""
    kind = rng.randrange(9) if depth > 0 else rng.randrange(3)
    if kind == 0:
        return rng.choice(LITERALS)
    if kind <= 2:
        name = rng.choice(("var:", "data:", "mj:", "", "segment:")) + rng.choice(NAMES)
        return name + (f":{rng.choice((*LITERALS, 'word', 'var:n:1', '-3'))}" if rng.random() < 0.4 else "")
    if kind <= 5:
        return f"{an_expression(rng, depth - 1)} {rng.choice(OPERATORS)} {an_expression(rng, depth - 1)}"
    if kind == 6:
        return (
            rng.choice(("not ", "!", "-", "not(", "("))
            + an_expression(rng, depth - 1)
            + rng.choice(("", ")"))
        )
    inside = [an_expression(rng, depth - 1), *rng.choices(FORMATS, k=rng.randrange(3))]
    rng.shuffle(inside)
    return f"{rng.choice(FUNCTIONS)}({', '.join(inside)})"


def a_body(rng: random.Random, depth: int) -> str:
    """Make texts, tags and statements within one another."""
    return "".join(a_node(rng, depth) for _ in range(rng.randrange(5)))


def a_node(rng: random.Random, depth: int) -> str:
    """Make one of them."""
    kind = rng.randrange(8) if depth > 0 else rng.randrange(4)
    if kind == 0:
        return rng.choice(("text", "<b>é</b>", "\r\n", " ", "}}"))
    if kind == 1:
        return rng.choice(MARKS)
    if kind <= 3:
        return f"{{{{ {an_expression(rng, rng.randrange(4))} }}}}"
    if kind == 4:
        name = rng.choice(NAMES)
        return f"{{% set {name} = {an_expression(rng, 2)} %}}{{{{{name}}}}}"
    if kind == 5:
        condition, other = (
            an_expression(rng, 2),
            rng.choice(("", "{% else %}-", "{% elseif data:n %}n{% else %}")),
        )
        return f"{{% if {condition} %}}{a_body(rng, depth - 1)}{other}{{% endif %}}"
    name, values = (
        rng.choice(NAMES[:3]),
        rng.choice(("var:list", "var:object", "var:many", an_expression(rng, 1))),
    )
    grows = rng.choice(
        ("", "{% set s = s:a + s:b %}", "{% set n = n:3 * 9 %}", "{% set s = Upper(s:x + text:y) %}")
    )
    return f"{{% for {name} in {values} %}}{grows}{a_body(rng, depth - 1)}{{% endfor %}}"


def a_source(rng: random.Random) -> str:
    """Make a template; every third is then damaged, and some are made of pieces alone."""
    if rng.random() < 0.1:
        return "".join(rng.choices((*PIECES, *MARKS, *LITERALS, *NAMES), k=rng.randrange(30)))
    source = a_body(rng, rng.randrange(1, 5))
    if rng.random() < 0.01:
        part = rng.choice(
            ("{{ var:a + ", "(", "{% if 1 %}", "not ", "-", "{{", "[[var:", '"', "1 + ", "var:a:")
        )
        source += rng.choice(("", "{{ ")) + part * rng.choice((50, 1_000, 60_000))
    if rng.randrange(3) == 0:
        for _ in range(rng.randrange(1, 4)):
            source = damaged(rng, source)
    return source


def damaged(rng: random.Random, source: str) -> str:
    """Insert, remove or repeat some characters."""
    at, size = rng.randrange(len(source) + 1), rng.randrange(1, 9)
    kind = rng.randrange(3)
    if kind == 0:
        return source[:at] + rng.choice(PIECES) + source[at:]
    if kind == 1:
        return source[:at] + source[at + size :]
    return source[: at + size] + source[at:]


def a_value(rng: random.Random, depth: int) -> Any:
    """Make a value of JSON."""
    kind = rng.randrange(9) if depth > 0 else rng.randrange(7)
    if kind <= 1:
        return rng.choice((BAIT, "", "Ann", "12", " -7.5 ", "<b>&", "ß" * 40, "\ud800", "x" * 10_000))
    if kind == 2:
        return rng.choice((True, False, None))
    if kind <= 4:
        return rng.choice((0, 1, -7, 1_700_000_000, 2**63, -(2**63), 10**400, rng.randrange(-100, 100)))
    if kind <= 6:
        return rng.choice(
            (0.0, -0.0, 0.1, 1e308, -1e-308, 1e16, float("inf"), float("nan"), rng.uniform(-9, 9))
        )
    if kind == 7:
        return [a_value(rng, depth - 1) for _ in range(rng.randrange(4))]
    return {rng.choice(("x", "y", "n", "title")): a_value(rng, depth - 1) for _ in range(rng.randrange(4))}


def a_scope(rng: random.Random) -> Scope:
    """Make the values of one rendering."""
    nested: Any = []
    for _ in range(rng.choice((1, 3, 50_000)) if rng.random() < 0.05 else 1):
        nested = [nested]
    variables = {name: a_value(rng, 3) for name in NAMES if rng.random() < 0.8}
    variables |= {"list": [a_value(rng, 2) for _ in range(5)], "secret": LEAK, "many": list(range(3_000))}
    if rng.random() < 0.1:
        variables["a"] = nested
    return Scope(
        variables=variables,
        data={name: a_value(rng, 1) for name in NAMES},
        mj={"unsub_link": "https://u.example", "a": a_value(rng, 1)},
        segments=lambda name: len(name) % 2 == 0,
        opened_since=lambda days: days > 7,
    )


def one_template(rng: random.Random, source: str) -> str:
    """Compile and render a source in all ways; give what came of it. Raises whatever goes wrong."""
    if compile_template(source, has_language=False, has_merge_tags=False).render(Scope()) != source:
        raise Broken("what is switched off is not text")
    has_language, has_merge_tags = rng.random() < 0.9, rng.random() < 0.5
    started = time.thread_time()
    try:
        template = compile_template(source, has_language=has_language, has_merge_tags=has_merge_tags)
    except TemplateError as error:
        check_error(error, source)
        return "not compiled"
    finally:
        if time.thread_time() - started > MAX_COMPILE_SECONDS:
            raise Broken("compiling took too long")
    scope, budget = a_scope(rng), rng.choice(BUDGETS)
    started = time.thread_time()
    first = outcome(template.render, scope, budget, source)
    if time.thread_time() - started > budget.cpu_seconds + MOMENT:
        raise Broken("rendering took too long")
    second = outcome(template.render, scope, budget, source)
    if first != second and "CPU time" not in str(first) + str(second):
        raise Broken(f"{first!r} and then {second!r}")
    if isinstance(first, Failed):
        return "limited" if first.startswith("template limit exceeded") else "failed"
    return "rendered"


class Failed(str):
    """The sentence of an error."""

    __slots__ = ()


def check_error(error: TemplateError, source: str) -> None:
    """See that an error tells a place within the source, briefly."""
    if not 1 <= error.line <= source.count("\n") + 1 or not 1 <= error.column <= len(source) + 1:
        raise Broken(f"no such place: {error}")
    if len(str(error)) > MAX_ERROR:
        raise Broken("an error's sentence is too long")


def outcome(render: Any, scope: Scope, budget: Budget, source: str) -> str:
    """Render once and see that the promises are kept."""
    try:
        text: str = render(scope, budget)
    except TemplateError as error:
        check_error(error, source)
        return Failed(error)
    if len(text) > budget.output and text != source:
        raise Broken(f"{len(text)} characters of output")
    if LEAK in text:
        raise Broken("a value was read for tags")
    return text


class TemplateLanguage:
    """The target."""

    name = "template_language"
    noun = "templates"

    def make(self, rng: random.Random) -> str:
        """Make a source."""
        return a_source(rng)

    def test(self, rng: random.Random, given: str) -> Iterator[str]:
        """Render it; give what became of it."""
        yield one_template(rng, given)


if __name__ == "__main__":
    sys.exit(main(TemplateLanguage(), "Fuzz the template language."))
