"""The status of a draft: which one a client may set in which."""

import pytest

from aerogram.model.draft import FIRST_STATUS, MAY_BECOME, DraftStatus, may_be_set

BY_HAND = {DraftStatus.DRAFT, DraftStatus.ARCHIVED, DraftStatus.DELETED}


@pytest.mark.parametrize("after", DraftStatus)
@pytest.mark.parametrize("before", DraftStatus)
def test_drafts_are_archived_deleted_and_brought_back_by_hand_and_nothing_else_is(before, after):
    assert may_be_set(before, after) == (before is after or {before, after} <= BY_HAND)


def test_every_status_has_its_line_in_the_table():
    assert set(MAY_BECOME) == set(DraftStatus)


def test_a_draft_that_is_made_may_have_every_status_that_is_set_by_hand():
    assert {each for each in DraftStatus if may_be_set(FIRST_STATUS, each)} == BY_HAND


def test_codes_are_as_good_as_names():
    assert may_be_set(0, -2)
    assert not may_be_set(2, 0)
