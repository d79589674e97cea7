"""What holds for every source and every value."""

import math
import subprocess
import sys
from pathlib import Path

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from aerogram.content.language.compiler import compile_template
from aerogram.content.language.errors import TemplateError
from aerogram.content.language.runtime.budget import Budget
from aerogram.content.language.runtime.scope import Scope
from support.package import PACKAGE_PATH

WORDS = st.sampled_from(
    [
        *(
            "{{",
            "}}",
            "{%",
            "%}",
            " if ",
            " else ",
            " elseif ",
            " endif ",
            " for v in ",
            " endfor ",
            " set v = ",
        ),
        *(
            "var:a",
            "var:list",
            "data:b",
            "mj:unsub_link",
            "segment:c",
            "v",
            "Upper(",
            "Round(",
            ")",
            "(",
            ",",
            ":",
        ),
        *(
            '"text"',
            "'",
            '"',
            "1",
            "2.5",
            "true",
            "+",
            "-",
            "*",
            "/",
            " div ",
            " mod ",
            "=",
            "<",
            " and ",
            " not ",
        ),
        *("[[var:a]]", "[[UNSUB_LINK_FR]]", "[[var:a:", "]]", "\n", "é", ".", "{{var:a}}", "{% if var:a %}"),
        *("{% for v in var:list %}", "{% endfor %}", "{% endif %}", "{{ v }}", "{% set v = v:1 + v:1 %}"),
    ]
)
SOURCES = st.one_of(st.text(max_size=60), st.lists(WORDS, max_size=25).map("".join))
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=10,
)
SMALL = Budget(steps=2_000, output=300, text=200)


@settings(max_examples=400, deadline=None)
@given(SOURCES, JSON, st.booleans(), st.booleans())
def test_a_source_renders_within_its_budget_or_tells_where_it_fails(
    source, value, has_language, has_merge_tags
):
    scope = Scope(variables={"a": value, "list": [value, value]}, mj={"unsub_link": "u"})
    once, again = (outcome(source, scope, has_language, has_merge_tags) for _ in range(2))
    assert once == again


def outcome(source, scope, has_language, has_merge_tags):
    """Give the text, or the sentence of the error, after a look at either."""
    try:
        template = compile_template(source, has_language=has_language, has_merge_tags=has_merge_tags)
        text = template.render(scope, SMALL)
    except TemplateError as fault:
        error = fault
    else:
        assert template.is_static or len(text) <= SMALL.output
        return text
    assert 1 <= error.line <= source.count("\n") + 1
    assert 1 <= error.column <= len(source) + 1
    return str(error)


MARKED = st.lists(
    st.sampled_from(["{{var:b}}", "[[var:b]]", "{%", "{{", "}}", "%}", "]]", '"', "x"]), max_size=6
).map("".join)


@settings(max_examples=150, deadline=None)
@given(MARKED, MARKED)
def test_an_inserted_value_is_never_read_for_tags(value, other):
    source = "[[var:a]]|{{var:a}}|{{ var:a + var:c }}|{% set v = var:a %}{{v}}|{% for v in var:list %}{{v}}{% endfor %}"
    template = compile_template(source, has_language=True, has_merge_tags=True)
    text = template.render(Scope(variables={"a": value, "b": "LEAKED", "c": other, "list": [value, other]}))
    assert text == f"{value}|{value}|{value}{other}|{value}|{value}{other}"


@settings(max_examples=200, deadline=None)
@given(st.text())
def test_text_without_a_tag_is_kept(text):
    source = text.replace("{", "").replace("[[", "")
    assert compile_template(source, has_language=True, has_merge_tags=True).render(Scope()) == source


@settings(max_examples=300, deadline=None)
@given(JSON)
def test_a_value_of_json_prints_as_what_it_is(value):
    printed = compile_template("{{var:a:''}}", has_language=True, has_merge_tags=False).render(
        Scope(variables={"a": value})
    )
    if value is None:
        assert printed == ""
    elif isinstance(value, str):
        assert printed == value
    elif isinstance(value, float):
        assert math.isclose(float(printed), value, rel_tol=1e-14)
    else:
        assert msgspec.json.decode(printed) == msgspec.json.decode(msgspec.json.encode(value))


def test_the_fuzzer_finds_nothing_in_a_few_hundred_templates():
    root = Path(__file__).parents[4]
    command = [
        root / "fuzz" / "template_language.py",
        "--templates",
        "400",
        "--seconds",
        "60",
        "--seed",
        "11",
    ]
    fuzzer = subprocess.run(
        [sys.executable, *map(str, command)],
        env={"PYTHONPATH": PACKAGE_PATH},
        capture_output=True,
        text=True,
        check=False,
    )
    assert fuzzer.returncode == 0, fuzzer.stdout + fuzzer.stderr
    assert "seed 11: 400 templates, 0 crashes" in fuzzer.stdout
