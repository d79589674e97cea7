"""``aerogram domain …``."""

from typing import Annotated, Any

import typer

from aerogram.base.errors import RefusedError
from aerogram.doors.cli.answer import Answer, table
from aerogram.doors.cli.host import Installation
from aerogram.doors.cli.noun import Noun
from aerogram.model.account import Area, Level
from aerogram.model.actor import operator_actor
from aerogram.senders.domains import Domain, dns_records

noun = Noun("Manage sending domains: DKIM keys, DNS records and SMTP tokens.", Area.SENDERS)

Account = Annotated[
    str,
    typer.Option(
        "--account", metavar="ACCOUNT", help="An account id or API key. [default: the first account]"
    ),
]
Name = Annotated[str, typer.Argument(metavar="DOMAIN", help="A domain, such as example.org.")]


@noun.command("ls", Level.READ)
async def ls(installation: Installation, account: Account = "") -> Answer:
    """List the sending domains of an account.

    aerogram domain ls
    """
    async with installation.open() as services:
        actor = operator_actor(await services.accounts.identify(account))
        domains = await services.domains.of_account(actor)
    rows = [
        (
            domain.name,
            "yes" if domain.may_send else "no",
            ", ".join(f"{key.selector} ({key.algorithm})" for key in domain.keys) or "none",
        )
        for domain in domains
    ]
    text = table(
        ("DOMAIN", "MAY SEND", "DKIM SELECTORS"),
        rows,
        empty="No domains yet; run: aerogram domain add example.org",
    )
    return Answer([_facts(domain) for domain in domains], text)


@noun.command("add", Level.WRITE)
async def add(installation: Installation, domain: Name, account: Account = "") -> Answer:
    """Add a sending domain to an account, with DKIM keys, and show the DNS records to publish.

    A domain that was removed before gets its old keys back, so its published records stay valid.

      aerogram domain add example.org
    """
    async with installation.open() as services:
        actor = operator_actor(await services.accounts.identify(account))
        added = await services.domains.add(actor, domain)
    return _shown(added, installation.hostname)


@noun.command("show", Level.READ)
async def show(installation: Installation, domain: Name, account: Account = "") -> Answer:
    """Show the DNS records to publish for a domain: DKIM, SPF and DMARC, exactly as to enter them.

    aerogram domain show example.org
    aerogram domain show example.org --json
    """
    async with installation.open() as services:
        actor = operator_actor(await services.accounts.identify(account))
        found = await services.domains.show(actor, domain)
    return _shown(found, installation.hostname)


@noun.command("tracking", Level.WRITE)
async def tracking(
    installation: Installation,
    domain: Name,
    account: Account = "",
    url: Annotated[
        str, typer.Option("--url", metavar="URL", help="The base URL, such as https://click.example.org.")
    ] = "",
    *,
    none: Annotated[bool, typer.Option("--none", help="Use public_url again.")] = False,
) -> Answer:
    """Set the base URL of click, open and unsubscribe links in a domain's mail.

    The host must lead to this installation's HTTP listener. Subdomains use it too, unless they have their own.

      aerogram domain tracking example.org --url https://click.example.org
      aerogram domain tracking example.org --none
    """
    if none == bool(url):
        raise RefusedError("Give either --url or --none.")
    async with installation.open() as services:
        actor = operator_actor(await services.accounts.identify(account))
        name, base = await services.domains.set_tracking_host(actor, domain, url)
    begin = f"begin with {base}" if base else "begin with public_url"
    return Answer({"domain": name, "url": base or None}, f"Links in mail from {name} {begin}.")


@noun.command("remove", Level.FULL)
async def remove(installation: Installation, domain: Name, account: Account = "") -> Answer:
    """Close a domain: stop sending from all its addresses and signing with its keys.

    aerogram domain remove example.org
    """
    async with installation.open() as services:
        actor = operator_actor(await services.accounts.identify(account))
        name = await services.domains.remove(actor, domain)
    return Answer({"domain": name, "may_send": False}, f"{name} is closed.")


def _facts(domain: Domain) -> dict[str, Any]:
    return {
        "domain": domain.name,
        "may_send": domain.may_send,
        "selectors": [{"selector": key.selector, "algorithm": key.algorithm} for key in domain.keys],
    }


def _shown(domain: Domain, hostname: str) -> Answer:
    records = dns_records(domain, hostname)
    paragraphs = [
        f"Publish these TXT records for {domain.name}:",
        *(
            f"{each.purpose}: {each.advice}\n"
            f"  name   {each.name}\n"
            f"  value  {each.value}\n"
            f"  zone   {each.zone_line()}"
            for each in records
        ),
    ]
    facts = [
        {
            "purpose": each.purpose,
            "type": "TXT",
            "name": each.name,
            "value": each.value,
            "zone": each.zone_line(),
        }
        for each in records
    ]
    return Answer({**_facts(domain), "records": facts}, "\n\n".join(paragraphs))
