"""``aerogram …``: the table of commands. Each is imported only when it is called."""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from typer.core import TyperGroup

from aerogram.base.errors import SettingsError
from aerogram.doors.cli.noun import DONE, NO, WRONG_USAGE, with_examples

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aerogram.doors.cli.host import Host
    from aerogram.doors.cli.noun import Noun

PROGRAM: Final = "aerogram"
USAGE_ERROR: Final[type[Exception]] = typer.BadParameter.__mro__[2]
"""The base class of typer's usage errors, which typer does not export."""

COMMANDS: Final = {
    "serve": "Run the server: accept mail, deliver it and serve the inbox.",
    "init": "Set up the first account without starting the server, and print its credentials once.",
    "account": "Manage accounts, their API keys and their members.",
    "sender": "Manage the addresses and domains that an account may send from.",
    "metasender": "Manage the addresses and domains that all accounts may send from.",
    "domain": "Manage sending domains: DKIM keys, DNS records and SMTP tokens.",
    "template": "Manage the stored templates of an account.",
    "contact": "Import and export contacts, follow the jobs that do it, and look up erasures.",
    "queue": "Inspect the queue; hold, release, cancel or retry its messages.",
    "message": "Show the state and history of one message.",
    "suppression": "Manage the addresses that an account must not send to.",
}
"""Every command with its one-line help, which is also the first line of its own help."""

BELOW: Final = {"account": ("key", "member"), "contact": ("export",), "domain": ("token",)}
"""Sub-nouns and commands that have a file of their own, named after both, as in ``aerogram domain token add``."""
_FOLDER: Final = "aerogram.doors.cli.commands"

HELP: Final = """Aerogram, a self-hosted email platform.

It speaks Mailjet's APIs and SMTP, so Mailjet clients work with it unchanged.

Quick start:

  aerogram serve                          run the server; mail is kept in the local inbox
  aerogram init --email you@example.org   set up without starting the server
  aerogram queue ls                       list messages that wait, and why

Every setting is a flag --like-this, an environment variable AEROGRAM_LIKE_THIS and a key like_this
in aerogram.toml. Flags override the environment, which overrides the file. Exit status: 0 for
success, 1 for a failure or the answer "no", 2 for wrong usage.
"""


class _Commands(TyperGroup):
    """The root command: lists commands from the table and imports one when it is called."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - typer calls it so
        """List the commands in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Load one command; return None if the name is unknown."""
        if cmd_name not in COMMANDS:
            return None
        command = typer.main.get_command(noun_of(cmd_name).app(ctx.find_object(object)))
        command.name = cmd_name
        return command

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002 - typer calls it so
        """List the commands from the table, so that help imports none of them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def noun_of(name: str) -> Noun:
    """Load the declaration of one command of the table."""
    noun: Noun = importlib.import_module(f"{_FOLDER}.{name}").noun
    for below in BELOW.get(name, ()):
        importlib.import_module(f"{_FOLDER}.{name}_{below}")
    return noun


def root_command() -> Any:
    """Build the root command, ``aerogram``."""
    app = typer.Typer(
        cls=_Commands,
        help=with_examples(HELP),
        rich_markup_mode=None,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    app.callback(invoke_without_command=True)(_root)
    return typer.main.get_command(app)


def _root(
    context: typer.Context,
    *,
    is_version_asked: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False,
) -> None:
    host: Any = context.obj
    if is_version_asked:
        try:
            sys.stdout.write(f"{PROGRAM} {host.version}\n")
        except SettingsError as error:
            sys.stderr.write(f"{PROGRAM}: {error}\n")
            raise typer.Exit(NO) from error
        raise typer.Exit
    if context.invoked_subcommand is None:
        sys.stdout.write(context.get_help() + "\n")
        raise typer.Exit


def run(host: Host, arguments: Sequence[str]) -> int:
    """Run the command line; return the exit status."""
    try:
        status = root_command().main(args=list(arguments), prog_name=PROGRAM, obj=host, standalone_mode=False)
    except USAGE_ERROR as error:
        return _wrong_usage(error)
    except typer.Abort:
        return NO
    except SystemExit as end:
        # typer exits this way when the reading end of our output pipe is closed.
        return end.code if isinstance(end.code, int) else NO
    return status if isinstance(status, int) else DONE


def _wrong_usage(error: Any) -> int:
    context = getattr(error, "ctx", None)
    path = context.command_path if context else PROGRAM
    message = " ".join(error.format_message().split()).removesuffix(".")
    sys.stderr.write(f"{PROGRAM}: {message}; see: {path} --help\n")
    return WRONG_USAGE
