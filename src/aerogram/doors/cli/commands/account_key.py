"""``aerogram account key …``."""

from typing import Annotated

import typer

from aerogram.doors.cli.answer import Answer, table
from aerogram.doors.cli.commands import account as parent
from aerogram.doors.cli.commands.account import Named, key_facts, keys_rows, shown_once
from aerogram.doors.cli.host import Installation
from aerogram.model.account import Level
from aerogram.model.actor import EVERY_ACCOUNT, operator_actor

noun = parent.noun.noun(
    "key", "Manage the API keys of an account; mail sent with a sandbox key never leaves this installation."
)

ApiKey = Annotated[
    str, typer.Argument(metavar="API_KEY", help="An API key, as shown by: aerogram account key ls")
]


@noun.command("ls", Level.READ)
async def ls(installation: Installation, account: Named) -> Answer:
    """List the API keys of an account, oldest first.

    aerogram account key ls 3f1c6f0c5a1e4f7e9b0d2a4c6e8f0a1b
    """
    async with installation.open() as services:
        accounts = services.accounts
        found = await accounts.show(await accounts.identify(account))
    text = table(
        ("API KEY", "MAIL", "CREATED"), keys_rows(found.credentials), empty="This account has no API key."
    )
    return Answer([key_facts(each) for each in found.credentials], text)


@noun.command("add", Level.FULL)
async def add(
    installation: Installation,
    account: Named,
    *,
    sandbox: Annotated[bool, typer.Option("--sandbox", help="Make a sandbox key.")] = False,
) -> Answer:
    """Add a key pair to an account; its secret is shown only once.

    Mail sent with a sandbox key is accepted, checked and reported by events, but never delivered.

      aerogram account key add 3f1c6f0c5a1e4f7e9b0d2a4c6e8f0a1b --sandbox
    """
    async with installation.open() as services:
        accounts = services.accounts
        actor = operator_actor(await accounts.identify(account))
        keys = await accounts.add_key(actor, actor.account_id, is_sandboxed=sandbox)
    facts = {"id": actor.account_id, **keys._asdict(), "is_sandboxed": sandbox}
    kind = "sandbox key" if sandbox else "key"
    return Answer(facts, f"Account {actor.account_id}, new {kind}\n{shown_once(keys)}")


@noun.command("revoke", Level.FULL)
async def revoke(installation: Installation, api_key: ApiKey) -> Answer:
    """Revoke a key pair; it takes effect within seconds.

    aerogram account key revoke 3f1c6f0c5a1e4f7e9b0d2a4c6e8f0a1b
    """
    async with installation.open() as services:
        revoked = await services.accounts.revoke_key(operator_actor(EVERY_ACCOUNT), api_key)
    return Answer({"id": revoked.account_id, "api_key": api_key}, f"{api_key} is revoked.")
