"""A filter that a resource lists is heeded: a value that no object has selects nothing, or is refused."""

import pytest

from aerogram.doors.rest.queries.filters import Inert
from aerogram.doors.rest.registry import declared_resources
from support.rest_examples import EXAMPLES

RESOURCES = {resource.name: resource for resource in declared_resources() if resource.filters}
NO_VALUE = "no-such-value"
CHOOSES_PROPERTIES = {"contactdata?Fields"}
"""Parameters that say what is shown of the rows, and not which rows."""


@pytest.mark.parametrize("name", sorted(RESOURCES))
async def test_a_value_that_nothing_has_selects_nothing(name, door, client):
    example = EXAMPLES[name]
    if example.made is not None:
        await example.made(door, client, 0)
    else:
        await client.post(f"/v3/REST/{name}", json=await example.body(client, 0))
    listed = (await client.get(f"/v3/REST/{name}")).json()
    # A message that nobody has delivered yet has no history.
    assert listed["Count"] > 0 or RESOURCES[name].key_selects_many
    for one in RESOURCES[name].filters:
        if isinstance(one, Inert) or f"{name}?{one.name}" in CHOOSES_PROPERTIES:
            continue
        answer = await client.get(f"/v3/REST/{name}", params={one.name: NO_VALUE})
        told = answer.json()
        assert answer.status_code == 400 or told["Total"] == 0, one.name
        if answer.status_code == 400:
            assert NO_VALUE in told["ErrorMessage"], one.name
