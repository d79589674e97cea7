"""What a template means where the facts are silent: docs/decisions/0015-template-language.md."""

import pytest

from aerogram.content.language.compiler import compile_template
from aerogram.content.language.errors import TemplateError
from aerogram.content.language.runtime.scope import Scope

VARIABLES = {
    "n": 7,
    "price": "83.90",
    "name": "Ann",
    "empty": "",
    "yes": True,
    "nothing": None,
    "list": ["a", "b"],
    "object": {"x": 1, "y": {"z": "deep"}},
    "rows": [["a", "b"], ["c"]],
    "text": "10",
}


def render(source, *, has_language=True, has_merge_tags=True, **variables):
    template = compile_template(source, has_language=has_language, has_merge_tags=has_merge_tags)
    return template.render(Scope(variables=VARIABLES | variables, data={"city": "Lyon"}))


def value_of(expression, **variables):
    return render(f"{{{{ {expression} }}}}", **variables)


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        (0, "0"),
        (-5, "-5"),
        (2**80, "1208925819614629174706176"),
        (2.0, "2"),
        (0.1, "0.1"),
        (-0.0, "0"),
        (1e-5, "0.00001"),
        (1e16, "10000000000000000"),
        (1.5e300, "1.5e+300"),
        (1e-9, "1e-09"),
        (123456.789, "123456.789"),
        (["a", 1, None, {"é": True}], '["a",1,null,{"é":true}]'),
        ({}, "{}"),
        ("<b>&amp;", "<b>&amp;"),
    ],
)
def test_a_value_prints_as_a_reader_expects(value, printed):
    assert render("{{var:value}}", value=value) == printed


@pytest.mark.parametrize(
    ("expression", "printed"),
    [
        ("1 + 2 * 3 - 4 / 2", "5"),
        ("10 - 3 - 2", "5"),
        ("5-3", "2"),
        ("var:n -3", "4"),
        ("var:n- 3", "4"),
        ("-var:n + 1", "-6"),
        ("--2", "2"),
        ("0.1 + 0.2", "0.3"),
        ("8 / 2", "4"),
        ("-7 div 2", "-3"),
        ("-7 mod 2", "-1"),
        ("7 MOD 4", "3"),
        ("7.5 div 2", "3"),
        ("7.5 mod 2", "1.5"),
        ("var:price * 2", "167.8"),
        ("var:text + 1", "101"),
        ("var:text * 1 + 1", "11"),
        ('"n = " + var:n', "n = 7"),
        ('"it is " + var:yes', "it is true"),
    ],
)
def test_arithmetic(expression, printed):
    assert value_of(expression) == printed


@pytest.mark.parametrize(
    ("expression", "truth"),
    [
        ("var:n == 7.0", "true"),
        ('var:n == "7"', "true"),
        ('var:n == "seven"', "false"),
        ('var:n != "seven"', "true"),
        ('var:yes == "True"', "true"),
        ('var:yes == "yes"', "false"),
        ("var:text > 9", "true"),
        ('var:text > "9"', "false"),
        ('var:list = ""', "false"),
        ("var:list = var:list", "false"),
        ("true = 1", "false"),
        ("not var:n = 7", "false"),
        ("!var:yes = false", "true"),
        ("not not var:yes", "true"),
        ("not not var:name", "true"),
        ("true or false and false", "true"),
        ("true xor true or true", "true"),
        ("var:yes or var:missing", "true"),
        ("var:empty and var:missing", "false"),
        ("var:yes AND NOT var:empty", "true"),
    ],
)
def test_comparisons_and_logic(expression, truth):
    assert value_of(expression) == truth


@pytest.mark.parametrize("value", [False, 0, 0.0, "", [], {}])
def test_these_are_false(value):
    assert render("{% if var:value %}true{% else %}false{% endif %}", value=value) == "false"


@pytest.mark.parametrize("value", [True, -1, 0.5, "false", "0", " ", [0], {"a": 0}])
def test_these_are_true(value):
    assert render("{% if var:value %}true{% else %}false{% endif %}", value=value) == "true"


@pytest.mark.parametrize(
    ("expression", "printed"),
    [
        ("var:nothing:'none'", "none"),
        ("var:missing:-3", "-3"),
        ("var:missing:var:other:data:city", "Lyon"),
        ("var:object.y.z", "deep"),
        ("var:object.y.z.more:1", "1"),
        ("var:list.1", "b"),
        ("var:list.2:'?'", "?"),
        ("var:rows.0.1", "b"),
    ],
)
def test_names_paths_and_defaults(expression, printed):
    assert value_of(expression) == printed


def test_quotes_hold_the_other_quote_and_the_ends_of_tags():
    assert value_of("""'say "}}" '""") == 'say "}}" '
    assert value_of('"it\'s\\"') == "it's\\"


def test_texts_around_statements_are_kept_verbatim():
    assert render(" a\n{% if true %}\r\n b {% endif %}\n") == " a\n\r\n b \n"


def test_a_loop_gives_its_name_back_and_keeps_what_was_set():
    source = "{% set v = 0 %}{% for v in var:list %}{% for v in var:rows.1 %}{{v}}{% endfor %}{{v}}{% endfor %}{{v}}"
    assert render(source) == "cacb0"
    assert render("{% for v in var:list %}{% set last = v %}{% endfor %}{{last}}{{v:'-'}}") == "b-"


def test_a_null_in_an_array_is_undefined():
    assert render("{% for v in var:values %}{{v:'-'}}{% endfor %}", values=[1, None, 2]) == "1-2"


def test_statements_functions_and_words_are_known_in_any_case():
    assert render("{% IF TRUE %}{{ UPPER('a') }}{{ upper('b') }}{% EndIf %}") == "AB"


def test_css_and_closing_braces_outside_tags_are_text():
    assert render("a{b:c}}{ {d} } %} ]]") == "a{b:c}}{ {d} } %} ]]"


def test_a_segment_may_have_a_name_of_several_words():
    template = compile_template(
        '{% if segment:"big spenders" and not segment:12 %}x{% endif %}',
        has_language=True,
        has_merge_tags=False,
    )
    assert template.render(Scope(segments=lambda name: name == "big spenders")) == "x"


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("[[var:name]] [[var:missing]] [[var:nothing]]", "Ann  "),
        ('[[var:missing:"a b"]] [[var:missing:a b]] [[data:missing:""]]', "a b a b "),
        ("[[var:object.y.z]] [[var:list]] [[var:yes]]", 'deep ["a","b"] true'),
        ("[[var:name] [[name]] [[]] [[other:name]] [ [var:name]] [[var name]]", None),
        ("[[ var:name ]] [[var:name ]] [[ var:name]] [[var : name]] [[var:\tname\n]]", "Ann Ann Ann Ann Ann"),
        ("[[&nbsp;var:name&nbsp;]] [[\u00a0var:name]] [[  PERMALINK ]]", "Ann Ann "),
        ('[[data:x : ""]]|[[data:x:"y" ]]|[[data:x: "y"]]|[[ data : x : "y z" ]]', "|y|y|y z"),
        ("[[data:x:'y']]|[[data:x : '']]|[[data:x:'say \"hi\"']]", 'y||say "hi"'),
        (
            "[[data:x:&quot;y&quot;]]|[[data:x : &quot;&quot;]]|[[data:x:&#39;y&#39;]]|[[data:x:&#34;y&#34;]]",
            "y||y|y",
        ),
        (
            "[[data:x:“y”]]|[[data:x:„y“]]|[[data:x:\u2018y\u2019]]|[[data:x:«y»]]|[[data:x:&apos;y&apos;]]",
            "y|y|y|y|y",
        ),
        ("[[data:x:y z ]]|[[data:x: ]]|[[data:x:]]|[[data:x:&nbsp;y]]|[[data:x:it's]]", "y z|||y|it's"),
        ('[[data:x:"[a] & b"]]|[[data:x:" y "]]|[[data:x:"a:b"]]', "[a] & b| y |a:b"),
        ('[[var:name:"x]] [[UNSUB_LINK_]] [[PERMALINKS]]', None),
        ("[[[var:name]]]", "[Ann]"),
    ],
)
def test_marks_never_fail_and_what_is_no_mark_is_text(source, text):
    assert render(source, has_language=False) == (source if text is None else text)


def test_marks_and_tags_are_switched_separately():
    source = "[[var:name]] {{var:name}}"
    assert render(source, has_merge_tags=False) == "[[var:name]] Ann"
    assert render(source, has_language=False) == "Ann {{var:name}}"
    assert render(source, has_merge_tags=False, has_language=False) == source


def test_a_link_without_a_language_of_its_own_is_the_plain_one():
    template = compile_template(
        "{{mj:unsub_link}} {{mj:unsub_link_fr}} [[UNSUB_LINK]] [[UNSUB_LINK_PT_BR]] [[PERMALINK]]",
        has_language=True,
        has_merge_tags=True,
    )
    asked = []

    def predefined(name):
        asked.append(name)
        return {"unsub_link_en": "EN", "unsub_link": None, "unsub_link_fr": "FR"}.get(name)

    assert template.render(Scope(mj={"unsub_link": "U", "unsub_link_fr": "FR"})) == "U FR U U "
    with pytest.raises(TemplateError, match="mj:unsub_link"):
        template.render(Scope())
    assert template.render(Scope(mj=predefined)).startswith("EN FR EN")
    assert "contact" not in asked


@pytest.mark.parametrize(
    ("source", "uses"),
    [
        ("{{mj:unsub_link}}", True),
        ("{% if false %}{{ mj:unsub_link_fr:'' }}{% endif %}", True),
        ("[[UNSUB_LINK_EN]]", True),
        ("[[ UNSUB_LINK_EN ]]", True),
        ("[[&nbsp;UNSUB_LINK]]", True),
        ("[[PERMALINK]]", False),
        ("{{var:unsub_link}} {{mj:contact.email:''}}", False),
        ("unsub_link UNSUB_LINK", False),
    ],
)
def test_a_template_tells_whether_it_bears_an_unsubscribe_link(source, uses):
    assert compile_template(source, has_language=True, has_merge_tags=True).uses_unsubscribe_link is uses
    assert not compile_template(source, has_language=False, has_merge_tags=False).uses_unsubscribe_link


def test_a_source_without_tags_is_its_own_rendering():
    source = "<p>nothing here</p>"
    template = compile_template(source, has_language=True, has_merge_tags=True)
    assert template.is_static
    assert template.render(Scope()) is source
