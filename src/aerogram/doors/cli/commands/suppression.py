"""``aerogram suppression …``."""

from typing import Annotated, Any

import typer

from aerogram.audience.suppressions import SuppressionRow, stored_address
from aerogram.doors.cli.answer import Answer, moment, table
from aerogram.doors.cli.host import Installation
from aerogram.doors.cli.noun import Noun
from aerogram.model.account import Area, Level
from aerogram.model.actor import operator_actor

noun = Noun("Manage the addresses that an account must not send to.", Area.CONTACTS)

Account = Annotated[
    str,
    typer.Option(
        "--account", metavar="ACCOUNT", help="An account id or API key. [default: the first account]"
    ),
]
Address = Annotated[str, typer.Argument(metavar="ADDRESS", help="An address; case does not matter.")]


@noun.command("ls", Level.READ)
async def ls(
    installation: Installation,
    account: Account = "",
    limit: Annotated[
        int, typer.Option("--limit", metavar="NUMBER", min=1, max=100_000, help="How many to list.")
    ] = 100,
) -> Answer:
    """List the suppressed addresses of an account, newest first.

    aerogram suppression ls --limit 20
    """
    async with installation.open() as services:
        actor = operator_actor(await services.accounts.identify(account))
        rows, total = await services.suppressions.page(actor, limit)
    facts = [_facts(row) for row in rows]
    text = table(
        ("ADDRESS", "REASON", "DETAIL", "SINCE", "UNTIL"),
        [tuple(each.values()) for each in facts],
        empty="No suppressed addresses.",
    )
    if total > len(rows):
        text += f"\n… and {total - len(rows)} more; see --limit"
    return Answer({"total": total, "suppressions": facts}, text)


@noun.command("add", Level.WRITE)
async def add(
    installation: Installation,
    address: Address,
    account: Account = "",
    detail: Annotated[str, typer.Option("--detail", metavar="TEXT", help="A note on why.")] = "",
) -> Answer:
    """Block an address for this account, over API and SMTP.

    aerogram suppression add ann@example.org --detail "asked by phone"
    """
    key = stored_address(address)
    async with installation.open() as services:
        actor = operator_actor(await services.accounts.identify(account))
        row = await services.suppressions.add(actor, key, detail)
    return Answer(_facts(row), f"{key} is suppressed.")


@noun.command("remove", Level.FULL)
async def remove(installation: Installation, address: Address, account: Account = "") -> Answer:
    """Remove an address from the suppressions, so that it can get mail again.

    aerogram suppression remove ann@example.org
    """
    key = stored_address(address)
    async with installation.open() as services:
        actor = operator_actor(await services.accounts.identify(account))
        await services.suppressions.remove(actor, key)
    return Answer({"address": key}, f"{key} is no longer suppressed.")


def _facts(row: SuppressionRow) -> dict[str, Any]:
    return {
        "address": row.address,
        "reason": row.reason,
        "detail": row.detail,
        "since": moment(row.created_ms),
        "until": "for good" if row.until_ms is None else moment(row.until_ms),
    }
