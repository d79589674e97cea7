"""What lies in the data folder can be read by nobody but its owner, whoever made the folder and whatever the umask."""

import os
import smtplib
import stat

import pytest

from aerogram.base.errors import SettingsError
from aerogram.store.private_folder import OUR_NAMES, prepare_folder
from support.held_memory import MEGABYTE, a_mail_of
from support.server import ServerProcess, running
from support.whole_server import OPEN_DOOR


def mode_of(path):
    return stat.S_IMODE(path.lstat().st_mode)


def open_paths(folder):
    """The paths in a folder, itself included, that the group or others may use."""
    return sorted(
        str(path.relative_to(folder)) for path in (folder, *folder.rglob("*")) if mode_of(path) & 0o077
    )


@pytest.fixture
def lax_umask():
    """The umask of a shell that lets everybody read and write."""
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.usefixtures("lax_umask")
def test_a_server_closes_the_folder_that_somebody_else_made(tmp_path):
    data = tmp_path / "data"
    data.mkdir(mode=0o755)
    with running(data) as server:
        assert open_paths(data) == []
        assert "data_folder_made_private" in server.log.read_text()


@pytest.mark.usefixtures("lax_umask")
def test_a_store_that_was_open_to_all_is_closed_at_the_next_start(tmp_path):
    data = tmp_path / "data"
    with running(data):
        pass
    for path in (data, *data.rglob("*")):
        path.chmod(0o777 if path.is_dir() else 0o666)
    with running(data):
        closed = [data, *data.glob("*")]
        assert [path.name for path in closed if mode_of(path) & 0o077] == []


@pytest.mark.parametrize("workers", ["1", "2"])
def test_each_name_that_a_server_makes_is_known_as_ours(tmp_path, workers):
    """One that is not would keep the folder open to other users at the next start."""
    with running(tmp_path / "data", **OPEN_DOOR, workers=workers) as server:
        with smtplib.SMTP("127.0.0.1", server.smtp_port, timeout=30) as client:
            client.sendmail("alice@example.org", ["bob@example.net"], a_mail_of(2 * MEGABYTE))
        names = {path.name for path in server.data.iterdir()}
        assert "spool" in names
        assert [name for name in names if not name.startswith(OUR_NAMES)] == []


@pytest.mark.usefixtures("lax_umask")
def test_a_command_closes_the_folder_too(tmp_path):
    data = tmp_path / "data"
    data.mkdir(mode=0o777)
    server = ServerProcess(data)
    assert server.command("init", "--email", "ann@example.org").returncode == 0
    assert open_paths(data) == []


@pytest.mark.parametrize(
    "name", ["aerogram.sqlite3", "aerogram.sqlite3-wal", "secret.key", "tls-key.pem", "blobs"]
)
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666, 0o777])
def test_each_file_of_ours_is_closed(tmp_path, name, mode):
    path = tmp_path / name
    path.mkdir() if name == "blobs" else path.touch()
    path.chmod(mode)
    assert path in prepare_folder(tmp_path)
    assert mode_of(path) == mode & 0o700


def test_a_folder_with_files_of_others_keeps_its_mode_and_only_our_files_are_closed(tmp_path):
    theirs, ours = tmp_path / "notes.txt", tmp_path / "aerogram.sqlite3"
    for path in (theirs, ours):
        path.touch()
        path.chmod(0o644)
    tmp_path.chmod(0o755)
    assert prepare_folder(tmp_path) == [ours]
    assert [mode_of(path) for path in (tmp_path, theirs, ours)] == [0o755, 0o644, 0o600]


def test_a_file_behind_a_symbolic_link_is_left_alone(tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.touch()
    elsewhere.chmod(0o644)
    data = tmp_path / "data"
    data.mkdir()
    (data / "tls-cert.pem").symlink_to(elsewhere)
    prepare_folder(data)
    assert mode_of(elsewhere) == 0o644


def test_a_private_folder_is_no_news(tmp_path):
    prepare_folder(tmp_path / "data")
    assert prepare_folder(tmp_path / "data") == []


def test_an_open_file_that_we_may_not_close_ends_the_start(tmp_path, monkeypatch):
    key = tmp_path / "secret.key"
    key.touch()
    key.chmod(0o644)

    def refuse(*_):
        raise PermissionError(1, "Operation not permitted")

    # Root may change every mode, and the suite may run as root.
    monkeypatch.setattr("pathlib.Path.chmod", refuse)
    with pytest.raises(SettingsError, match=r"other users can read .*secret\.key.*chown"):
        prepare_folder(tmp_path)


def test_a_folder_that_belongs_to_another_user_is_used_while_its_files_are_closed(tmp_path, monkeypatch):
    tmp_path.chmod(0o755)

    def refuse(*_):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("pathlib.Path.chmod", refuse)
    prepare_folder(tmp_path)
