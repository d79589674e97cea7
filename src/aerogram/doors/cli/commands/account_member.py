"""``aerogram account member …``."""

from typing import Annotated

import typer

from aerogram.doors.cli.answer import Answer, moment, table
from aerogram.doors.cli.commands.account import Named
from aerogram.doors.cli.commands.account import noun as account_noun
from aerogram.doors.cli.host import Installation
from aerogram.model.account import Level
from aerogram.model.actor import operator_actor
from aerogram.model.member import Role

noun = account_noun.noun("member", "Manage the members of an account: people who sign in with a password.")

Email = Annotated[str, typer.Argument(metavar="EMAIL", help="The address that the person signs in with.")]


@noun.command("ls", Level.READ)
async def ls(installation: Installation, account: Named) -> Answer:
    """List the members of an account and their roles.

    aerogram account member ls 3f1c6f0c5a1e4f7e9b0d2a4c6e8f0a1b
    """
    async with installation.open() as services:
        found = await services.members.of_account(operator_actor(await services.accounts.identify(account)))
    facts = [
        {"email": each.user.email, "role": each.role.value, "created": moment(each.user.created_ms)}
        for each in found
    ]
    text = table(
        ("EMAIL", "ROLE", "CREATED"), [tuple(each.values()) for each in facts], empty="No members yet."
    )
    return Answer(facts, text)


@noun.command("add", Level.FULL)
async def add(
    installation: Installation,
    account: Named,
    email: Email,
    role: Annotated[
        Role,
        typer.Option(
            "--role",
            metavar="owner|editor|viewer",
            help="owner: full access; editor: read and write; viewer: read only.",
        ),
    ] = Role.VIEWER,
) -> Answer:
    """Add a member to an account, or change a member's role.

    A new user gets a password, which is shown only once.

      aerogram account member add 3f1c6f0c5a1e4f7e9b0d2a4c6e8f0a1b bob@example.org --role editor
    """
    async with installation.open() as services:
        actor = operator_actor(await services.accounts.identify(account))
        added = await services.members.add(actor, email, role)
    facts = {"email": added.email, "role": added.role.value, "password": added.password}
    text = f"{added.email} is now {added.role.value} of account {actor.account_id}."
    if added.password:
        text += f"\npassword  {added.password}\n\nStore the password now: it is not shown again."
    return Answer(facts, text)


@noun.command("remove", Level.FULL)
async def remove(installation: Installation, account: Named, email: Email) -> Answer:
    """Remove a member from an account; they stay a member of other accounts.

    aerogram account member remove 3f1c6f0c5a1e4f7e9b0d2a4c6e8f0a1b bob@example.org
    """
    async with installation.open() as services:
        actor = operator_actor(await services.accounts.identify(account))
        address = await services.members.remove(actor, email)
    return Answer({"email": address}, f"{address} is no longer a member of account {actor.account_id}.")
