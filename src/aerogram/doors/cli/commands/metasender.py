"""``aerogram metasender …``."""

from typing import Annotated

import typer

from aerogram.doors.cli.answer import Answer, moment, table
from aerogram.doors.cli.host import Installation, Platform
from aerogram.doors.cli.noun import Noun
from aerogram.doors.cli.operator import operator_of
from aerogram.model.account import Area, Level
from aerogram.model.actor import EVERY_ACCOUNT, operator_actor
from aerogram.senders.metasenders import Metasenders

noun = Noun("Addresses and domains from which all accounts may send.", Area.SENDERS)

Sender = Annotated[str, typer.Argument(metavar="SENDER", help="An address, or @domain for all of a domain.")]


def _metasenders(platform: Platform) -> Metasenders:
    return Metasenders(platform.database, platform.ids, platform.clock)


@noun.command("ls", Level.READ)
async def ls(house: Installation) -> Answer:
    """List what the first account asked for over the API.

    aerogram metasender ls
    """
    async with house.open() as platform:
        actor = await operator_of(platform, "")
        rows = await _metasenders(platform).of_account(actor)
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
        empty="Nobody asked for a metasender yet; it is done with POST /v3/REST/metasender.",
    )
    return Answer(facts, text)


@noun.command("enable", Level.FULL)
async def enable(house: Installation, sender: Sender) -> Answer:
    """Let all accounts send from an address or domain; running servers follow within seconds.

    aerogram metasender enable @example.org
    """
    async with house.open() as platform:
        email = await _metasenders(platform).enable(operator_actor(EVERY_ACCOUNT), sender, is_enabled=True)
    return Answer({"email": email, "enabled": True}, f"All accounts may send from {email}.")


@noun.command("disable", Level.FULL)
async def disable(house: Installation, sender: Sender) -> Answer:
    """Take that right from all accounts again; a sender of their own that it vouched for stays.

    aerogram metasender disable @example.org
    """
    async with house.open() as platform:
        email = await _metasenders(platform).enable(operator_actor(EVERY_ACCOUNT), sender, is_enabled=False)
    return Answer({"email": email, "enabled": False}, f"{email} is a metasender no more.")
