"""Our resources have what Mailjet's have, but for known gaps."""

import pytest

from support import rest_coverage
from support.rest_gaps import GAPS, RESOURCES

DECLARED = rest_coverage.declared()
KINDS = (
    rest_coverage.properties,
    rest_coverage.filters,
    rest_coverage.sort_fields,
    rest_coverage.verbs,
)


def of(resource):
    """All that is known of a resource, and whether ours has it."""
    found = {name: has for kind in KINDS for name, has in kind(resource).items()}
    base = f"/v3/REST/{resource.name}/"
    return found | {name: has for name, has in rest_coverage.actions().items() if f" {base}" in name}


@pytest.mark.parametrize("resource", DECLARED, ids=lambda resource: resource.name)
def test_a_resource_has_all_of_mailjets_but_for_known_gaps(resource):
    missing = {name for name, has in of(resource).items() if not has}
    assert missing - set(GAPS) == set(), "declare it, or give the reason in support/rest_gaps.py"


def test_a_known_gap_is_one():
    missing = {name for resource in DECLARED for name, has in of(resource).items() if not has}
    assert set(GAPS) - missing == set(), "it is there now: take it from support/rest_gaps.py"


def test_a_resource_that_is_not_served_has_a_reason():
    served = {resource.name for resource in DECLARED}
    assert set(rest_coverage.RESOURCES) - served == set(RESOURCES)


def test_a_gap_has_a_reason():
    assert all(len(reason.split()) > 2 for reason in (GAPS | RESOURCES).values())


def test_coverage_is_told(record_property, capsys):
    counts = {"resources": f"{len(DECLARED)} of {len(rest_coverage.RESOURCES)}"}
    for kind in KINDS:
        found = {name: has for resource in DECLARED for name, has in kind(resource).items()}
        counts[kind.__name__] = f"{sum(found.values())} of {len(found)}"
    actions = rest_coverage.actions()
    counts["actions"] = f"{sum(actions.values())} of {len(actions)}"
    for name, count in counts.items():
        record_property(name, count)
    with capsys.disabled():
        pass
    assert DECLARED


def test_all_of_them_are_known_to_mailjet_or_ours_on_purpose():
    own = [one.name for one in rest_coverage.declared_resources() if one.name not in rest_coverage.RESOURCES]
    assert own == []
