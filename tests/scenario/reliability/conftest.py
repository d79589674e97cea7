"""A worker whose parts a test may break."""

import pytest

from support.plant import Plant


@pytest.fixture
def plant(database, tmp_path, ids, clock):
    return Plant(database, tmp_path, ids, clock)
