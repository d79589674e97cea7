"""``aerogram sender …``."""

from typing import Annotated

import typer

from aerogram.doors.cli.answer import Answer, moment, table
from aerogram.doors.cli.host import Installation
from aerogram.doors.cli.noun import Noun
from aerogram.model.account import Area, Level
from aerogram.model.actor import operator_actor

noun = Noun("Manage the addresses and domains that an account may send from.", Area.SENDERS)

Account = Annotated[
    str,
    typer.Option(
        "--account", metavar="ACCOUNT", help="An account id or API key. [default: the first account]"
    ),
]
Sender = Annotated[str, typer.Argument(metavar="SENDER", help="An address, or @domain for a whole domain.")]


@noun.command("ls", Level.READ)
async def ls(installation: Installation, account: Account = "") -> Answer:
    """List the senders of an account.

    aerogram sender ls
    aerogram sender ls --account 3f1c6f0c5a1e4f7e9b0d2a4c6e8f0a1b --json
    """
    async with installation.open() as services:
        actor = operator_actor(await services.accounts.identify(account))
        rows = await services.senders.of_account(actor)
    facts = [
        {"email": row.email, "name": row.name, "status": row.status, "created": moment(row.created_ms)}
        for row in rows
    ]
    text = table(
        ("SENDER", "NAME", "STATUS", "CREATED"),
        [tuple(each.values()) for each in facts],
        empty="No senders yet; run: aerogram sender add @example.org",
    )
    return Answer(facts, text)


@noun.command("add", Level.WRITE)
async def add(installation: Installation, sender: Sender, account: Account = "") -> Answer:
    """Add a sender address or domain to an account; it is valid at once.

    There is no confirmation mail and no DNS check. A whole domain gets DKIM keys; run aerogram domain show
    for the DNS records to publish.

      aerogram sender add news@example.org
      aerogram sender add @example.org
    """
    async with installation.open() as services:
        actor = operator_actor(await services.accounts.identify(account))
        email = await services.senders.add(actor, sender)
    return Answer({"email": email, "status": "Active"}, f"{email} may send.")


@noun.command("remove", Level.FULL)
async def remove(installation: Installation, sender: Sender, account: Account = "") -> Answer:
    """Remove a sender address or domain; it takes effect within seconds.

    aerogram sender remove news@example.org
    """
    async with installation.open() as services:
        actor = operator_actor(await services.accounts.identify(account))
        email = await services.senders.remove(actor, sender)
    return Answer({"email": email, "status": "Deleted"}, f"{email} may no longer send.")
