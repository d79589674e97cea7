"""Every documented expression, asked of both databases."""

import pytest

from aerogram.audience.segments.bind import bind
from aerogram.audience.segments.parser import parse
from aerogram.store.records.segments import contacts
from support.segment_cases import all_cases
from support.segment_store import put

ANN = 1


async def test_both_databases_match_as_documented(database):
    for case in all_cases():
        if case.matches is None:
            continue
        condition = bind(parse(case.expression), case.properties, case.now_ms)

        def asked(case=case, condition=condition):
            [contact_id] = yield from put(ANN, [case.contact])
            found = yield from contacts.matching(ANN, condition, [contact_id])
            raise Undone(contact_id in found)

        with pytest.raises(Undone) as undone:
            await database.write(asked)
        assert undone.value.args == (case.matches,), case


class Undone(Exception):  # noqa: N818 - no error: it takes back what the case put into the store
    pass
