"""Python and both databases answer alike: random contacts, random expressions."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aerogram.audience.segments.bind import bind
from aerogram.audience.segments.parser import parse
from aerogram.store.records.segments import contacts as segment_contacts
from support.segment_evaluation import is_met
from support.segment_store import put
from support.segment_strategies import DEFINITIONS, NOW, contacts, expressions

ANN = 1
EXAMPLES = 40


class Undone(Exception):  # noqa: N818 - no error: it takes back what an example put into the store
    pass


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)
@given(
    people=st.lists(contacts, min_size=1, max_size=5), sources=st.lists(expressions, min_size=1, max_size=5)
)
async def test_a_database_answers_as_python_does(database, people, sources):
    conditions = [bind(parse(source), DEFINITIONS, NOW) for source in sources]

    def asked():
        numbers = yield from put(ANN, people)
        answers = []
        for condition in conditions:
            found = yield from segment_contacts.matching(ANN, condition, numbers)
            answers.append([number in found for number in numbers])
        raise Undone(answers)

    with pytest.raises(Undone) as undone:
        await database.write(asked)
    [answers] = undone.value.args
    for source, condition, answer in zip(sources, conditions, answers, strict=True):
        assert answer == [is_met(condition, one) for one in people], source
