import pytest

from support.audience_jobs import JobShop


@pytest.fixture
async def shop(database, tmp_path, ids, clock):
    made = JobShop(database, tmp_path / "blobs", ids, clock)
    await made.open()
    return made
