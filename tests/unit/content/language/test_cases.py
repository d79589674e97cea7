"""The cases of Mailjet's template language and personalization, one test each; see ``cases.json``.

Where ``evidence`` is "unsure", the expected text is our decision: docs/decisions/0015-template-language.md.
"""

import json
from pathlib import Path

import pytest

from aerogram.content.language.compiler import compile_template
from aerogram.content.language.errors import TemplateError
from aerogram.content.language.runtime.scope import Scope

CASES = json.loads(Path(__file__).with_name("cases.json").read_text(encoding="utf-8"))
NEVER = 10**6


def scope_of(case):
    links = {name.lower(): link for name, link in case.get("links", {}).items()}
    activity = case.get("activity", {})
    return Scope(
        variables=case["vars"],
        data=case["data"],
        mj={**case.get("mj", {}), **links},
        segments=lambda name: name in case.get("segments", ()),
        opened_since=lambda days: activity.get("opened_days_ago", NEVER) <= days,
        clicked_since=lambda days: activity.get("clicked_days_ago", NEVER) <= days,
    )


def render(case):
    template = compile_template(
        case["template"],
        has_language=case.get("mode") != "personalization",
        has_merge_tags=case.get("part") != "subject",
    )
    return template.render(scope_of(case))


@pytest.mark.parametrize(
    "case", [case for case in CASES if case["expected"] is not None], ids=lambda case: case["id"]
)
def test_a_template_renders_as_documented(case):
    assert render(case) == case["expected"]


@pytest.mark.parametrize(
    "case", [case for case in CASES if case["expected"] is None], ids=lambda case: case["id"]
)
def test_a_faulty_template_is_told_in_mailjets_words(case):
    with pytest.raises(TemplateError) as caught:
        render(case)
    assert caught.value.message == case["error"]
    assert str(caught.value).startswith(f"{case['error']} (line 1, column ")


def test_no_case_is_left_out():
    assert len(CASES) == len({case["id"] for case in CASES}) == 148
