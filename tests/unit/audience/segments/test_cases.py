"""Every documented expression, evaluated in Python."""

import pytest

from aerogram.audience.segments.bind import bind
from aerogram.audience.segments.errors import SegmentError
from aerogram.audience.segments.parser import parse
from support.segment_cases import all_cases
from support.segment_evaluation import is_met

CASES = all_cases()


def test_all_cases_are_read():
    assert len(CASES) == 87


@pytest.mark.parametrize(
    "case", CASES, ids=[f"{number}:{case.expression}" for number, case in enumerate(CASES)]
)
def test_a_documented_expression_matches_as_documented(case):
    if case.matches is None:
        with pytest.raises(SegmentError):
            parse(case.expression)
        return
    condition = bind(parse(case.expression), case.properties, case.now_ms)
    assert is_met(condition, case.contact) is case.matches
