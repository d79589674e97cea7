"""``aerogram metasender …``."""

from typing import Annotated

import typer

from aerogram.doors.cli.answer import Answer, moment, table
from aerogram.doors.cli.host import Installation
from aerogram.doors.cli.noun import Noun
from aerogram.model.account import Area, Level
from aerogram.model.actor import EVERY_ACCOUNT, operator_actor

noun = Noun("Manage the addresses and domains that all accounts may send from.", Area.SENDERS)

Sender = Annotated[str, typer.Argument(metavar="SENDER", help="An address, or @domain for a whole domain.")]


@noun.command("ls", Level.READ)
async def ls(installation: Installation) -> Answer:
    """List the metasenders that the first account requested over the API.

    aerogram metasender ls
    """
    async with installation.open() as services:
        actor = operator_actor(await services.accounts.identify(""))
        rows = await services.metasenders.of_account(actor)
    facts = [
        {
            "email": row.email,
            "description": row.description,
            "enabled": bool(row.is_enabled),
            "created": moment(row.created_ms),
        }
        for row in rows
    ]
    text = table(
        ("SENDER", "DESCRIPTION", "ENABLED", "CREATED"),
        [
            (row.email, row.description, "yes" if row.is_enabled else "no", moment(row.created_ms))
            for row in rows
        ],
        empty="No metasenders yet; request one with POST /v3/REST/metasender.",
    )
    return Answer(facts, text)


@noun.command("enable", Level.FULL)
async def enable(installation: Installation, sender: Sender) -> Answer:
    """Let all accounts send from an address or domain; it takes effect within seconds.

    aerogram metasender enable @example.org
    """
    async with installation.open() as services:
        email = await services.metasenders.enable(operator_actor(EVERY_ACCOUNT), sender, is_enabled=True)
    return Answer({"email": email, "enabled": True}, f"All accounts may send from {email}.")


@noun.command("disable", Level.FULL)
async def disable(installation: Installation, sender: Sender) -> Answer:
    """Disable a metasender; senders that accounts validated through it stay valid.

    aerogram metasender disable @example.org
    """
    async with installation.open() as services:
        email = await services.metasenders.enable(operator_actor(EVERY_ACCOUNT), sender, is_enabled=False)
    return Answer({"email": email, "enabled": False}, f"{email} is no longer a metasender.")
