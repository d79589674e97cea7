"""``aerogram init``."""

from typing import Annotated

import typer

from aerogram.base.errors import UnavailableError
from aerogram.doors.cli.answer import Answer
from aerogram.doors.cli.host import Installation
from aerogram.doors.cli.noun import Noun
from aerogram.model.account import Area, Level

noun = Noun(
    "Set up the first account without starting the server, and print its credentials once.",
    Area.ACCOUNT,
    takes_all_settings=True,
)


@noun.command("", Level.FULL)
async def init(
    installation: Installation,
    email: Annotated[
        str,
        typer.Option(
            "--email",
            metavar="ADDRESS",
            help="The address to sign in to the dashboard with; also a valid sender.",
        ),
    ],
    sender: Annotated[
        list[str] | None,
        typer.Option(
            "--sender", metavar="SENDER", help="An address or @domain to send from at once; may be repeated."
        ),
    ] = None,
) -> Answer:
    """Set up the first account without starting the server, and print its credentials once.

    The secret and the password are stored only as hashes, so they cannot be shown again. If the data
    folder is already set up, nothing changes and the exit status is 1.

      aerogram init --email you@example.org
      aerogram init --email you@example.org --sender @example.org --sender news@example.com --json
    """
    made = await installation.initialise(email, sender or [])
    if made is None:
        raise UnavailableError("This installation is already set up; see: aerogram account ls")
    lines = (
        f"API key     {made.api_key}",
        f"secret key  {made.secret_key}",
        f"email       {made.email}",
        f"password    {made.password}",
        "",
        "Store them now: they are not shown again. Next: aerogram serve",
    )
    return Answer(made._asdict(), "\n".join(lines))
