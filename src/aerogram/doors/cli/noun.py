"""The frame around every command: settings flags, ``--json``, errors and exit status.

A command is a plain function whose first argument is the `Installation`; its other arguments are
typer options and arguments. It returns an `Answer`, or None if it writes its own output.
"""

from __future__ import annotations

import asyncio
import inspect
import sys
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from typer.core import TyperCommand

from aerogram.base.errors import AerogramError, RefusedError, SettingsError
from aerogram.doors.cli.answer import one_line
from aerogram.doors.cli.booleans import spelled_out

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from aerogram.doors.cli.answer import Answer
    from aerogram.doors.cli.host import Host, SettingFlag
    from aerogram.identity.gate import Needs
    from aerogram.model.account import Area, Level

DONE: Final = 0
NO: Final = 1
WRONG_USAGE: Final = 2
_PREFIX: Final = "setting_"
_CONFIG: Final = "config"
_EXAMPLES: Final = ("aerogram ", "AEROGRAM_")
_Command = Any
"""A function as described above; each declares its own arguments."""


class Noun:
    """The commands of one noun, or a single command."""

    def __init__(
        self,
        help: str,  # noqa: A002 - as typer calls it
        area: Area,
        *,
        takes_all_settings: bool = False,
    ) -> None:
        self.help = help
        self.area = area
        self.takes_all_settings = takes_all_settings
        self._commands: dict[str, _Command] = {}
        self._needs: dict[str, Needs] = {}
        self._nouns: dict[str, Noun] = {}

    def command(self, name: str, level: Level) -> Callable[[_Command], _Command]:
        """Register the decorated function as a command that needs ``level`` in the area of its noun."""
        # Imported here so that the root's help, which loads no command, does not load the gate either.
        from aerogram.identity.gate import Needs  # noqa: PLC0415

        def declare(function: _Command) -> _Command:
            self._commands[name] = function
            self._needs[name] = Needs(self.area, level)
            return function

        return declare

    def noun(self, name: str, help: str) -> Noun:  # noqa: A002 - as typer calls it
        """Declare a sub-noun, such as ``category`` in ``aerogram account category add``."""
        return self._nouns.setdefault(name, Noun(help, self.area))

    @property
    def functions(self) -> Mapping[str, _Command]:
        """Commands by name, those of sub-nouns as ``category add``; "" is the noun itself."""
        inner = {
            f"{name} {leaf}": function
            for name, noun in self._nouns.items()
            for leaf, function in noun.functions.items()
        }
        return self._commands | inner

    @property
    def guards(self) -> Mapping[str, Needs]:
        """The permission that each of `functions` needs, by the same names."""
        inner = {
            f"{name} {leaf}": needs
            for name, noun in self._nouns.items()
            for leaf, needs in noun.guards.items()
        }
        return self._needs | inner

    def app(self, host: Host) -> typer.Typer:
        """Build the typer app; a noun whose only command is named "" becomes that command."""
        app = typer.Typer(
            help=self.help, rich_markup_mode=None, add_completion=False, pretty_exceptions_enable=False
        )
        flags = [flag for flag in host.flags if self.takes_all_settings or flag.finds_the_store]
        if list(self._commands) != [""]:
            app.callback()(_group)
        for name, function in self._commands.items():
            app.command(name or None, cls=_spelling_out(flags), help=with_examples(function.__doc__))(
                _framed(function, flags, self._needs[name])
            )
        for name, noun in self._nouns.items():
            app.add_typer(noun.app(host), name=name)
        return app


def _spelling_out(flags: Sequence[SettingFlag]) -> type[TyperCommand]:
    """Make a command class that accepts boolean settings in every spelling."""
    booleans = {flag.flag for flag in flags if flag.is_boolean}

    class Spelling(TyperCommand):
        def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
            return super().parse_args(ctx, spelled_out(args, booleans))

    return Spelling


def with_examples(docstring: str) -> str:
    """Keep the line breaks of example paragraphs, which typer would otherwise wrap as prose."""
    paragraphs = inspect.cleandoc(docstring).split("\n\n")
    return "\n\n".join(map(_as_example, paragraphs))


def _as_example(paragraph: str) -> str:
    lines = [line.strip() for line in paragraph.splitlines()]
    if not all(line.startswith(_EXAMPLES) for line in lines):
        return paragraph
    return "\b\n" + "\n".join(f"  {line}" for line in lines)


def _group() -> None:
    """Make typer treat a single command as a group."""


def _framed(function: _Command, flags: Sequence[SettingFlag], needs: Needs) -> Callable[..., None]:
    """Wrap a command: add the frame's options to its own arguments."""

    def run(**given: Any) -> None:
        context: typer.Context = given.pop("context")
        as_json: bool = given.pop("as_json", False)
        texts = {
            name.removeprefix(_PREFIX): given.pop(name) for name in list(given) if name.startswith(_PREFIX)
        }
        texts = {name: ",".join(values) for name, values in texts.items() if values}
        _authorize(needs)
        raise typer.Exit(_call(context.find_object(object), function, texts, given, as_json=as_json))

    signature = inspect.signature(function)
    parameters = [
        *list(signature.parameters.values())[1:],
        *_frame_parameters(flags, answers=signature.return_annotation is not None),
    ]
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {each.name: each.annotation for each in parameters}
    return run


def _authorize(needs: Needs) -> None:
    """Pass the gate, as at every door. The caller is the operator of this machine."""
    from aerogram.identity.gate import authorize  # noqa: PLC0415
    from aerogram.model.actor import EVERY_ACCOUNT, operator_actor  # noqa: PLC0415

    authorize(operator_actor(EVERY_ACCOUNT), needs.area, needs.level)


def _frame_parameters(flags: Sequence[SettingFlag], *, answers: bool) -> list[inspect.Parameter]:
    def keyword(
        name: str, annotation: object, default: object = inspect.Parameter.empty
    ) -> inspect.Parameter:
        return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=default)

    def flag(name: str, text: str, metavar: str, help: str) -> inspect.Parameter:  # noqa: A002 - as typer calls it
        # A list, so that a list setting may be given as several flags. Repeated flags of other settings
        # are joined with commas and fail validation.
        option = typer.Option(text, metavar=metavar, help=help, show_default=False)
        return keyword(_PREFIX + name, Annotated[list[str] | None, option], None)

    as_json = typer.Option("--json", help="Print the answer as JSON.")
    return [
        keyword("context", typer.Context),
        *([keyword("as_json", Annotated[bool, as_json], default=False)] if answers else []),
        flag(_CONFIG, "--config", "PATH", "The settings file. [default: aerogram.toml if it exists]"),
        *(flag(each.name, each.flag, each.metavar, each.help) for each in flags),
    ]


def _call(
    host: Any, function: _Command, texts: dict[str, str], given: dict[str, Any], *, as_json: bool
) -> int:
    """Run a command; return the exit status. Errors are printed to stderr, one line each.

    Invalid settings are wrong usage. Valid settings that the machine cannot satisfy (a port in use, a
    database that is down) are a failure.
    """
    try:
        installation = host.prepare(texts)
    except SettingsError as error:
        _print_error(error)
        return WRONG_USAGE
    try:
        answer: Answer | None = (
            asyncio.run(function(installation, **given))
            if inspect.iscoroutinefunction(function)
            else function(installation, **given)
        )
    except RefusedError as error:
        _print_error(error)
        return WRONG_USAGE
    except AerogramError as error:
        _print_error(error)
        return NO
    if answer is None:
        return DONE
    sys.stdout.write(answer.rendered(as_json=as_json) + "\n")
    return DONE if answer.is_yes else NO


def _print_error(error: AerogramError) -> None:
    for line in str(error).splitlines():
        sys.stderr.write(f"aerogram: {one_line(line)}\n")
