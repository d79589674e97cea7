"""``aerogram …``: the table of commands, each imported only when it is called."""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from typer.core import TyperGroup

from aerogram.doors.cli.noun import DONE, NO, WRONG_USAGE, with_examples

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aerogram.doors.cli.host import Host
    from aerogram.doors.cli.noun import Noun

PROGRAM: Final = "aerogram"
USAGE_ERROR: Final[type[Exception]] = typer.BadParameter.__mro__[2]
"""What all complaints of typer about a command line are; typer itself shows only this one of them."""

COMMANDS: Final = {
    "serve": "Run Aerogram: accept mail, deliver it, show it.",
    "init": "Set up the first account without serving, and print its credentials once.",
    "account": "Accounts and their API keys.",
    "sender": "Addresses and domains from which an account may send.",
    "metasender": "Addresses and domains from which all accounts may send.",
    "domain": "Sending domains: DKIM keys and the DNS records to publish.",
    "template": "Stored templates of an account.",
    "contact": "Contacts of an account: import and export them, look at the jobs that do it, and prove who was erased.",
    "queue": "Look at the queue; hold, release, cancel or retry what is in it.",
    "message": "One message: its state and its history.",
    "suppression": "Addresses that an account must not mail.",
}
"""Every command and what it is for; the same sentence opens its own help."""

BELOW: Final = {"account": ("key", "member"), "contact": ("export",), "domain": ("token",)}
"""The nouns and commands of a noun that have a file of their own, named after both, as in ``aerogram domain token add``."""
_FOLDER: Final = "aerogram.doors.cli.commands"

HELP: Final = """Aerogram, an email platform that a team runs itself.

It speaks Mailjet's wire protocols, so clients of Mailjet work with it unchanged.

Quick start:

  aerogram serve                          run it; mail is kept in the local inbox
  aerogram init --email you@example.org   set up without serving
  aerogram queue ls                       what waits, and why

Every setting is a flag --like-this, a variable AEROGRAM_LIKE_THIS and a key like_this in
aerogram.toml; flags win, then the environment, then the file. Exit status: 0 done, 1 the answer is
no or failed, 2 wrong usage.
"""


class _Commands(TyperGroup):
    """The root: knows its commands by name and sentence, and loads one when it is called."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - typer calls it so
        """Name the commands in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Load one command; None when there is none of this name."""
        if cmd_name not in COMMANDS:
            return None
        command = typer.main.get_command(noun_of(cmd_name).app(ctx.find_object(object)))
        command.name = cmd_name
        return command

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002 - typer calls it so
        """List the commands from the table, so that help loads none of them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def noun_of(name: str) -> Noun:
    """Load the declaration of one command of the table."""
    noun: Noun = importlib.import_module(f"{_FOLDER}.{name}").noun
    for below in BELOW.get(name, ()):
        importlib.import_module(f"{_FOLDER}.{name}_{below}")
    return noun


def root_command() -> Any:
    """Make the command that stands for ``aerogram`` itself."""
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
        sys.stdout.write(f"aerogram {host.version}\n")
        raise typer.Exit
    if context.invoked_subcommand is None:
        sys.stdout.write(context.get_help() + "\n")
        raise typer.Exit


def run(host: Host, arguments: Sequence[str]) -> int:
    """Run the command line; give the exit status."""
    try:
        status = root_command().main(args=list(arguments), prog_name=PROGRAM, obj=host, standalone_mode=False)
    except USAGE_ERROR as error:
        return _wrong_usage(error)
    except typer.Abort:
        return NO
    except SystemExit as end:
        # typer ends so when whoever read our output has gone away.
        return end.code if isinstance(end.code, int) else NO
    return status if isinstance(status, int) else DONE


def _wrong_usage(error: Any) -> int:
    context = getattr(error, "ctx", None)
    path = context.command_path if context else PROGRAM
    message = " ".join(error.format_message().split()).removesuffix(".")
    sys.stderr.write(f"{PROGRAM}: {message}; see: {path} --help\n")
    return WRONG_USAGE
