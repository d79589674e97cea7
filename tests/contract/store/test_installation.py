"""Nodes over one store share the folder of large bodies, or do not start."""

import pytest

from aerogram.base.errors import SettingsError
from aerogram.store.installation import ID_FILE, check_blobs_folder


async def test_the_first_node_marks_its_folder_and_comes_back(database, tmp_path):
    await check_blobs_folder(database, tmp_path / "blobs")
    await check_blobs_folder(database, tmp_path / "blobs")


async def test_a_node_with_another_folder_is_told_what_to_mount(database, tmp_path):
    await check_blobs_folder(database, tmp_path / "blobs")
    with pytest.raises(SettingsError, match=r"^data: [^\n]*mount") as told:
        await check_blobs_folder(database, tmp_path / "others")
    folder_id = (tmp_path / "blobs" / ID_FILE).read_text().strip()
    assert folder_id in str(told.value)


async def test_whoever_lost_the_folder_can_say_so(database, tmp_path):
    await check_blobs_folder(database, tmp_path / "blobs")
    folder_id = (tmp_path / "blobs" / ID_FILE).read_text()
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / ID_FILE).write_text(folder_id)
    await check_blobs_folder(database, tmp_path / "new")
