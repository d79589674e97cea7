"""``aerogram init``."""

from typing import Annotated

import typer

from aerogram.base.errors import UnavailableError
from aerogram.doors.cli.answer import Answer
from aerogram.doors.cli.host import Installation
from aerogram.doors.cli.noun import Noun
from aerogram.model.account import Area, Level

noun = Noun(
    "Set up the first account without serving, and print its credentials once.",
    Area.ACCOUNT,
    takes_all_settings=True,
)


@noun.command("", Level.FULL)
async def init(
    installation: Installation,
    email: Annotated[
        str,
        typer.Option(
            "--email", metavar="ADDRESS", help="Who signs in to the dashboard; also a valid sender."
        ),
    ],
    sender: Annotated[
        list[str] | None,
        typer.Option(
            "--sender", metavar="SENDER", help="An address or @domain that may send at once; may be repeated."
        ),
    ] = None,
) -> Answer:
    """Set up the first account without serving, and print its credentials once.

    The secret and the password are kept only as hashes: nobody can show them again. A folder that is
    set up already is left as it is, with exit status 1.

      aerogram init --email you@example.org
      aerogram init --email you@example.org --sender @example.org --sender news@example.com --json
    """
    made = await installation.initialise(email, sender or [])
    if made is None:
        raise UnavailableError("This installation is set up already; see: aerogram account ls")
    lines = (
        f"API key     {made.api_key}",
        f"secret key  {made.secret_key}",
        f"email       {made.email}",
        f"password    {made.password}",
        "",
        "Keep them: they are not shown again. Next: aerogram serve",
    )
    return Answer(made._asdict(), "\n".join(lines))
