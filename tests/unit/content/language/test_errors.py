"""Errors: Mailjet's words, then the place."""

import pytest

from aerogram.base.errors import AerogramError
from aerogram.content.language.compiler import compile_template
from aerogram.content.language.errors import TemplateError
from aerogram.content.language.runtime.budget import MAX_BLOCK_DEPTH, MAX_EXPRESSION_DEPTH
from aerogram.content.language.runtime.scope import Scope


def error_of(source, **variables):
    with pytest.raises(TemplateError) as caught:
        compile_template(source, has_language=True, has_merge_tags=True).render(Scope(variables=variables))
    return caught.value


def test_an_error_tells_words_line_and_column():
    error = error_of("one\ntwo {{ var:x + 1 }}")
    assert isinstance(error, AerogramError)
    assert error.message == "expression parsing error ## Unknown identifier: var:x ## near ## {{ var:x ##"
    assert (error.line, error.column, error.reason) == (2, 8, "")
    assert str(error) == f"{error.message} (line 2, column 8)"


def test_a_missing_end_is_told_at_its_beginning():
    error = error_of("<html>\n{% if true %}{% for v in var:x %}text</html>")
    assert error.message == "not valid template ## near ## ext</html> ##"
    assert str(error) == f"{error.message} (line 2, column 14: this {{% for %}} has no {{% endfor %}})"


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("{% endif %}", "endif without if"),
        ("{% for v in var:x %}{% endif %}{% endfor %}", "endif without if within for"),
        ("{% if true %}{% endfor %}", "endfor without for within if"),
        ("{% else %}", "else without if"),
        ("{% if true %}{% else %}{% else %}{% endif %}", "else after else"),
        ("{% if true %}{% else %}{% elseif true %}{% endif %}", "elseif after else"),
        ("{% include 'x' %}", "unknown statement: include"),
        ("{% %}", "an empty statement"),
        ("text {{ var:a", "the tag has no }}"),
        ("{%", "the tag has no %}"),
    ],
)
def test_a_statement_in_a_wrong_place_is_no_valid_template(source, reason):
    error = error_of(source)
    assert error.message.startswith("not valid template ## near ## ")
    assert error.reason == reason


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("{{ }}", "Unexpected end of the tag"),
        ("{{ 1 + }}", "Unexpected end of the tag"),
        ("{{ 1 2 }}", "Unexpected: 2"),
        ("{{ (1 }}", "Unexpected end of the tag"),
        ("{{ 1 ) }}", "Unexpected: )"),
        ("{{ 1 < 2 < 3 }}", "Unexpected: <"),
        ("{{ and }}", "Unexpected: and"),
        ("{{ var }}", "Unknown identifier: var"),
        ("{{ var:a | upper }}", "Unexpected character: |"),
        ("{{ 'abc }}", "The closing quote of this text is missing"),
        ("{{ var:a:&quot;x&quot; }}", "HTML entities are not allowed in a tag; write the character itself"),
        ("{{ 1 %}", "Expected }}, found %}"),
        ("{{ 99999999999999999999 }}", 'Not a number: "99999999999999999999"'),
        ("{% set x.y = 1 %}", "Invalid name of a local variable: x.y"),
        ("{% set mod = 1 %}", "Invalid name of a local variable: mod"),
        ("{% set x 1 %}", "Unexpected: 1"),
        ("{% for v of var:x %}", "Unexpected: of"),
        ("{% if true %}{% else x %}{% endif %}", "Unexpected: x"),
        ("{{ 1 / 0 }}", "Division by zero"),
        ("{{ 1 mod '0' }}", "Division by zero"),
        ("{{ 'a' * 2 }}", 'Not a number: "a"'),
        ("{{ true + 1 }}", "Not a number: boolean"),
        ("{{ 'a' < 2 }}", "Cannot compare text with number"),
        ("{{ true < 'x' }}", "Cannot compare boolean with text"),
        ("{{ 9223372036854775807 + 1 }}", 'Not a number: "9223372036854775807"'),
        ("{{ 999999999999999999 * 999999999999999999 }}", "The number is too large"),
        ("{{ var:huge }}", "A number of more than 100 digits"),
        ("{{ var:huge + 1 }}", "The number is too large"),
        ("{{ var:float * var:float }}", "The number is too large"),
        ("{{ var:float / var:tiny }}", "The number is too large"),
        ("{{ Int(var:float) }}", "The number is too large"),
        ("{{ var:infinite }}", "A number that is not finite"),
        ("{{ var:nan * 1 }}", "The number is too large"),
        ("{{ var:deep }}", "This array cannot be printed"),
        ("{{ var:huge_inside }}", None),
    ],
)
def test_an_expression_that_cannot_be_read_or_calculated(source, words):
    deep = []
    for _ in range(100_000):
        deep = [deep]
    variables = {
        "huge": 10**5000,
        "huge_inside": [10**5000],
        "float": 1e308,
        "tiny": 1e-308,
        "infinite": float("inf"),
        "nan": float("nan"),
        "deep": deep,
    }
    message = error_of(source, **variables).message
    assert message.startswith(
        f"expression parsing error ## {words or 'This array cannot be printed'} ## near ## {{"
    )


def test_a_loop_over_a_default_names_the_expression():
    assert error_of('{% for v in var:x:"" %}{% endfor %}').message == '"var:x:""" is not an array value'


def test_a_long_tag_is_quoted_by_its_end():
    error = error_of("{{ '" + "a" * 500 + "' + var:x }}")
    assert error.message.endswith("a' + var:x ##")
    assert len(error.message) < 200


@pytest.mark.parametrize(
    ("one", "middle", "other", "depth"),
    [
        ("(", "1", ")", MAX_EXPRESSION_DEPTH - 1),
        ("Upper(", "1", ")", MAX_EXPRESSION_DEPTH - 1),
        ("-", "1", "", MAX_EXPRESSION_DEPTH - 1),
        ("var:a:", "1", "", MAX_EXPRESSION_DEPTH),
    ],
)
def test_expressions_nest_to_a_depth(one, middle, other, depth):
    def template(times):
        return compile_template(
            f"{{{{ {one * times}{middle}{other * times} }}}}", has_language=True, has_merge_tags=False
        )

    assert template(depth).render(Scope()) in {"1", "-1"}
    with pytest.raises(
        TemplateError, match="template limit exceeded ## brackets, calls and signs more than 20 deep"
    ):
        template(depth + 1)


def test_blocks_nest_to_a_depth():
    def template(times):
        return compile_template(
            "{% if true %}" * times + "x" + "{% endif %}" * times, has_language=True, has_merge_tags=False
        )

    assert template(MAX_BLOCK_DEPTH).render(Scope()) == "x"
    with pytest.raises(
        TemplateError, match="template limit exceeded ## conditions and loops more than 30 deep"
    ):
        template(MAX_BLOCK_DEPTH + 1)
