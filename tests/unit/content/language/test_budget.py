"""Limits: whatever a template does, it ends soon and stays small."""

import contextlib
import time

import pytest

from aerogram.content.language.compiler import compile_template
from aerogram.content.language.errors import TemplateError
from aerogram.content.language.runtime.budget import (
    MAX_CPU_SECONDS,
    MAX_OUTPUT,
    MAX_SOURCE,
    MAX_TEXT,
    MAX_TOKENS,
    Budget,
)
from aerogram.content.language.runtime.scope import Scope

MOMENT = 1.0
"""Seconds that a slow machine may take beyond the budget."""
THOUSAND = list(range(1000))


def render(source, budget=None, **variables):
    template = compile_template(source, has_language=True, has_merge_tags=True)
    started = time.thread_time()
    try:
        return template.render(Scope(variables={"x": THOUSAND} | variables), budget)
    finally:
        assert time.thread_time() - started < MAX_CPU_SECONDS + MOMENT


def exceeded(words):
    return pytest.raises(TemplateError, match=f"template limit exceeded ## {words} ## near ## ")


LOOP = "{% for a in var:x %}"
END = "{% endfor %}"


def test_loops_in_loops_run_out_of_steps_or_time():
    with exceeded("more than (?:200000 steps|50 ms of CPU time)"):
        render(LOOP * 5 + "{{ a }}" + END * 5)


def test_steps_are_counted_the_same_each_time():
    source = LOOP + "{{ a }}" + END
    assert len(render(source, Budget(steps=2004))) == 2890
    with exceeded("more than 2003 steps") as caught:
        render(source, Budget(steps=2003))
    assert (caught.value.line, caught.value.column) == (1, 21)


def test_time_ends_what_steps_do_not():
    with exceeded("more than 5 ms of CPU time"):
        render(LOOP * 3 + END * 3, Budget(steps=10**9, cpu_seconds=0.005))


def test_output_is_bounded():
    assert render("{{ var:text }}", Budget(output=10), text="x" * 10) == "x" * 10
    with exceeded("more than 10 characters of output"):
        render("a{{ var:text }}", Budget(output=10), text="x" * 10)
    with exceeded(f"more than {MAX_OUTPUT} characters of output"):
        render("{{ var:text }}" * 6, text="x" * 1_000_000)
    with exceeded("more than 10 characters of output"):
        render("{% if true %}12345678901{% endif %}", Budget(output=10))


@pytest.mark.parametrize(
    "growth",
    [
        "{% set s = s + s %}",
        "{% set s = UrlEncode(s + '%') %}",
        "{% set s = Escape(s + '<') %}",
        "{% set s = Upper(s + s) %}",
        "{% set s = Escape(s + var:x) %}",
    ],
)
def test_texts_cannot_grow_for_ever(growth):
    with exceeded("(?:a text of more than 100000?0? characters|more than .*)"):
        render(f"{{% set s = 'ab' %}}{LOOP}{growth}{END}")


def test_a_long_variable_is_printed_but_not_worked_upon():
    long = "x" * (MAX_TEXT + 1)
    assert render("{{ var:long }}", long=long) == long
    for work in ("Upper(var:long)", "var:long + ''", "var:long = var:long"):
        with exceeded(f"a text of more than {MAX_TEXT} characters"):
            render(f"{{{{ {work} }}}}", long=long)


@pytest.mark.parametrize(
    "work", ["var:long = 1", "var:long = true", "Round(var:long:0 = 1)", "ToDate(var:long) = 1", "-var:long"]
)
def test_a_long_text_is_not_searched_for_a_number(work):
    with pytest.raises(TemplateError):
        render(f"{LOOP * 2}{{% if {work} %}}{{% endif %}}{END * 2}", long=" " * 5_000_000)


def test_numbers_cannot_grow_for_ever():
    with pytest.raises(TemplateError, match="The number is too large"):
        render(LOOP + "{% set n = n:3 * n:3 %}" + END)


def test_a_long_chain_needs_no_depth():
    assert render("{{ 1" + " + 1" * 10_000 + " }}") == "10001"
    assert render("{% if false" + " or var:x = 'a'" * 5_000 + " %}{% else %}no{% endif %}") == "no"
    assert render("{% if false %}" + "{% elseif false %}" * 5_000 + "{% else %}last{% endif %}") == "last"
    assert render("{{ " + "not " * 10_001 + "true }}") == "false"


def test_a_source_has_a_size_and_a_number_of_words():
    with exceeded(f"a template of more than {MAX_SOURCE} characters"):
        compile_template("{{ 1 }}" + " " * MAX_SOURCE, has_language=True, has_merge_tags=False)
    with exceeded("too many tags and words"):
        compile_template("{{ 1 }}" * MAX_TOKENS, has_language=True, has_merge_tags=False)
    with exceeded(f"more than {MAX_TOKENS} tags and words"):
        compile_template("[[var:a]]" * (MAX_TOKENS + 1), has_language=True, has_merge_tags=True)
    plain = "x" * (MAX_SOURCE + 1)
    assert compile_template(plain, has_language=True, has_merge_tags=True).render(Scope()) == plain


@pytest.mark.parametrize(
    "part",
    [
        "[[var:",
        '[[var:x:"',
        "[[var:x:y ",
        "[[UNSUB_LINK",
        "[[ " * 3,
        "[[&nbsp;",
        "[[var:x:&quot;",
        "[[var : x : ",
        "[[var:x:'",
        "[[var:a-a",
        "{{",
        "{{ '",
        "{% if ",
        "{{ a.",
        "{{ a-",
    ],
)
def test_a_hostile_source_is_read_in_time_that_grows_with_its_length(part):
    started = time.thread_time()
    with contextlib.suppress(TemplateError):
        compile_template(part * (1_000_000 // len(part)), has_language=True, has_merge_tags=True)
    assert time.thread_time() - started < 2


def test_only_values_are_in_reach():
    for path in (
        "__class__",
        "var:x.__class__",
        "var:x.append",
        "var:s.upper",
        "mj:get",
        "var:get",
        "data:keys",
    ):
        with pytest.raises(TemplateError, match="Unknown identifier"):
            render(f"{{{{ {path} }}}}", s="text")
