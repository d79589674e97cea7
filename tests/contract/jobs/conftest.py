import pytest

from aerogram.base.sealing import Sealer, new_master_key
from aerogram.store.blobs import DiskBlobs
from aerogram.store.ground import Ground


@pytest.fixture
def ground(database, tmp_path, ids, clock):
    return Ground(database, DiskBlobs(tmp_path / "blobs"), ids, clock, Sealer(new_master_key()), lambda: None)
