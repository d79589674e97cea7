"""``aerogram domain token …``."""

from typing import Annotated, Any

import typer

from aerogram.base.errors import RefusedError
from aerogram.doors.cli.answer import Answer, moment, plural, table
from aerogram.doors.cli.commands import domain as parent
from aerogram.doors.cli.commands.domain import Account, Name
from aerogram.doors.cli.host import Installation
from aerogram.identity.tokens import CredentialRow
from aerogram.model.account import Level
from aerogram.model.actor import operator_actor
from aerogram.senders.pattern import parse_domain

noun = parent.noun.noun(
    "token",
    "Manage SMTP tokens of a domain: one token is both user and password, and sends only from that domain.",
)


@noun.command("ls", Level.READ)
async def ls(installation: Installation, domain: Name, account: Account = "") -> Answer:
    """List the tokens of a domain, oldest first. The secrets cannot be shown again.

    aerogram domain token ls example.org
    """
    async with installation.open() as services:
        actor = operator_actor(await services.accounts.identify(account))
        tokens = await services.domain_tokens.of_domain(actor, parse_domain(domain))
    text = table(
        ("ID", "DOMAIN", "CREATED"),
        [(each.id, each.domain, moment(each.created_ms)) for each in tokens],
        empty="The domain has no token.",
    )
    return Answer([_facts(each) for each in tokens], text)


@noun.command("add", Level.WRITE)
async def add(installation: Installation, domain: Name, account: Account = "") -> Answer:
    """Make a token that sends from a domain over SMTP; it is shown only once.

    Use the token as both user and password of the SMTP client. It gives no other access.

      aerogram domain token add example.org
    """
    async with installation.open() as services:
        actor = operator_actor(await services.accounts.identify(account))
        found = await services.domains.show(actor, domain)
        if not found.may_send:
            raise RefusedError(
                f"{found.name} is not a sending domain of this account; run: aerogram domain add {found.name}"
            )
        made = await services.domain_tokens.make(actor, found.name)
    text = (
        f"token  {made.token}\n\nUse it as user and password of an SMTP client that sends from {found.name}.\n"
        "Store it now: it is not shown again."
    )
    return Answer({**_facts(made.row), "token": made.token}, text)


@noun.command("revoke", Level.FULL)
async def revoke(
    installation: Installation,
    domain: Name,
    account: Account = "",
    token_id: Annotated[
        int | None,
        typer.Option(
            "--id", metavar="ID", help="Revoke only this token. [default: all tokens of the domain]"
        ),
    ] = None,
) -> Answer:
    """Revoke the tokens of a domain; it takes effect within seconds.

    aerogram domain token revoke example.org
    """
    name = parse_domain(domain)
    async with installation.open() as services:
        actor = operator_actor(await services.accounts.identify(account))
        revoked = await services.domain_tokens.revoke(actor, name, token_id)
    return Answer({"domain": name, "revoked": revoked}, f"{plural(revoked, 'token')} of {name} revoked.")


def _facts(token: CredentialRow) -> dict[str, Any]:
    return {"id": token.id, "domain": token.domain, "created": moment(token.created_ms)}
