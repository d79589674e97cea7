"""What every command shares: help, spelling of flags, errors, exit status."""

import json
import subprocess
import sys

import pytest

from aerogram.app.main import Program
from aerogram.doors.cli.answer import one_line, table
from aerogram.doors.cli.booleans import spelled_out
from aerogram.doors.cli.main import COMMANDS, noun_of, run
from support.package import PACKAGE_PATH

LIGHT_MODULES = 400
"""`aerogram --help` imports about 310 modules, most of them typer's; SQLAlchemy alone would add 200."""
HEAVY = {
    "sqlalchemy",
    "asyncpg",
    "cryptography",
    "msgspec",
    "rich",
    "starlette",
    "uvicorn",
    "dns",
    "jinja2",
}


def imported_by(*arguments):
    code = (
        "import sys; from aerogram.app.main import Program; from aerogram.doors.cli.main import run;"
        f"run(Program(), {list(arguments)!r}); sys.stderr.write(' '.join(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": PACKAGE_PATH},
    )
    return done.stderr.split()


@pytest.mark.parametrize("arguments", [(), ("--help",), ("--version",)])
def test_help_answers_without_importing_what_it_does_not_need(arguments):
    modules = imported_by(*arguments)
    assert not HEAVY & set(modules)
    assert not [name for name in modules if name.startswith("aerogram.doors.cli.commands.")]
    assert len(modules) < LIGHT_MODULES


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_opens_its_help_with_the_sentence_of_the_table(name):
    assert noun_of(name).help == COMMANDS[name]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_that_teaches_by_example(name, capsys):
    program = Program()
    leaves = (
        [(name,)]
        if list(noun_of(name).functions) == [""]
        else [(name, *leaf.split()) for leaf in noun_of(name).functions]
    )
    for path in leaves:
        assert run(program, [*path, "--help"]) == 0
        assert f"\n    aerogram {' '.join(path)}" in capsys.readouterr().out


def test_an_unknown_command_is_one_line_and_wrong_usage(capsys):
    assert run(Program(), ["frobnicate"]) == 2
    assert capsys.readouterr().err == "aerogram: No such command 'frobnicate'; see: aerogram --help\n"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["queue"], "aerogram: Missing command; see: aerogram queue --help\n"),
        (["init"], "aerogram: Missing option '--email'; see: aerogram init --help\n"),
        (["queue", "ls", "--nonsense"], "aerogram: No such option: --nonsense"),
        (["queue", "ls", "--hostname", "a b"], "aerogram: --hostname: 'a b' is not a host name"),
    ],
)
def test_wrong_usage_is_told_in_one_line(arguments, says, capsys):
    assert run(Program(), arguments) == 2
    told = capsys.readouterr()
    assert told.err.startswith(says)
    assert told.err.count("\n") == 1
    assert told.out == ""


def test_every_error_in_the_settings_is_a_line(capsys, monkeypatch):
    monkeypatch.setenv("AEROGRAM_DKIM", "perhaps")
    assert run(Program(), ["queue", "ls", "--hostname", "a b"]) == 2
    assert capsys.readouterr().err.splitlines() == [
        "aerogram: AEROGRAM_DKIM: 'perhaps' is not true or false",
        "aerogram: --hostname: 'a b' is not a host name, as mail.example.org",
    ]


@pytest.mark.parametrize(
    ("given", "spelled"),
    [
        (["--dkim"], ["--dkim=true"]),
        (["--dkim", "off", "x"], ["--dkim=off", "x"]),
        (["--dkim=false"], ["--dkim=false"]),
        (["--no-dkim"], ["--dkim=false"]),
        (["--no-such"], ["--no-such"]),
        (["--dkim", "--data", "d"], ["--dkim=true", "--data", "d"]),
        (["--", "--dkim"], ["--", "--dkim"]),
    ],
)
def test_a_yes_or_no_setting_may_be_spelled_in_every_way(given, spelled):
    assert spelled_out(given, {"--dkim"}) == spelled


def test_a_table_aligns_its_columns():
    assert table(("A", "NAME"), [(1, "x"), (100, "y")], empty="") == "A    NAME\n1    x\n100  y"
    assert table(("A",), [], empty="Nothing.") == "Nothing."


def test_stored_text_cannot_steer_the_terminal():
    assert one_line("a\x1b[31m\r\nü") == "a\\x1b[31m\\r\\nü"


def test_json_keeps_letters_of_all_scripts(tmp_path, capsys):
    data = ["--data", str(tmp_path)]
    assert run(Program(), ["init", "--email", "you@example.org", *data]) == 0
    assert run(Program(), ["account", "create", "Bücher", "--json", *data]) == 0
    assert '"name": "Bücher"' in capsys.readouterr().out


def test_the_module_runs_as_a_program():
    done = subprocess.run(
        [sys.executable, "-m", "aerogram", "queue", "frobnicate"],
        capture_output=True, text=True, check=False, env={"PYTHONPATH": PACKAGE_PATH},
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr


def test_an_answer_in_json_is_all_that_is_printed(tmp_path, capsys):
    assert run(Program(), ["init", "--email", "you@example.org", "--json", "--data", str(tmp_path)]) == 0
    told = capsys.readouterr()
    assert set(json.loads(told.out)) == {"api_key", "secret_key", "email", "password"}
    assert told.err == ""
