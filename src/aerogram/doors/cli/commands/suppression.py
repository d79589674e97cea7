"""``aerogram suppression …``."""

from typing import Annotated, Any

import typer

from aerogram.base.errors import NotFoundError, RefusedError
from aerogram.doors.cli.answer import Answer, moment, table
from aerogram.doors.cli.host import Installation
from aerogram.doors.cli.noun import Noun
from aerogram.doors.cli.operator import accounts_of
from aerogram.model.account import Area, Level
from aerogram.store.records import suppressions
from aerogram.store.records.suppressions import SuppressionRow
from aerogram.wire.address import is_email, suppression_key

noun = Noun("Addresses that an account must not mail.", Area.CONTACTS)

Account = Annotated[
    str, typer.Option("--account", metavar="ACCOUNT", help="Its id or API key. [default: the first account]")
]
Address = Annotated[
    str, typer.Argument(metavar="ADDRESS", help="As ann@example.org; in any case of letters.")
]


@noun.command("ls", Level.READ)
async def ls(
    house: Installation,
    account: Account = "",
    limit: Annotated[
        int, typer.Option("--limit", metavar="NUMBER", min=1, max=100_000, help="How many to list.")
    ] = 100,
) -> Answer:
    """List an account's suppressed addresses, the newest first.

    aerogram suppression ls --limit 20
    """
    async with house.open() as platform:
        account_id = await accounts_of(platform).identify(account)
        rows = await platform.database.read(lambda: suppressions.of_account(account_id, limit))
        total = await platform.database.read(lambda: suppressions.count(account_id))
    facts = [_facts(row) for row in rows]
    text = table(
        ("ADDRESS", "REASON", "DETAIL", "SINCE", "UNTIL"),
        [tuple(each.values()) for each in facts],
        empty="No address is suppressed.",
    )
    if total > len(rows):
        text += f"\n… and {total - len(rows)} more; see --limit"
    return Answer({"total": total, "suppressions": facts}, text)


@noun.command("add", Level.WRITE)
async def add(
    house: Installation,
    address: Address,
    account: Account = "",
    detail: Annotated[str, typer.Option("--detail", metavar="TEXT", help="A note on why.")] = "",
) -> Answer:
    """Never mail an address again from this account, whichever door asks.

    aerogram suppression add ann@example.org --detail "asked by phone"
    """
    key = _key(address)
    async with house.open() as platform:
        account_id = await accounts_of(platform).identify(account)
        row = SuppressionRow(account_id, key, "manual", detail, platform.clock.now_ms(), None)
        await platform.database.write(lambda: suppressions.put(row))
    return Answer(_facts(row), f"{key} is suppressed.")


@noun.command("remove", Level.FULL)
async def remove(house: Installation, address: Address, account: Account = "") -> Answer:
    """Let an address be mailed again.

    aerogram suppression remove ann@example.org
    """
    key = _key(address)
    async with house.open() as platform:
        account_id = await accounts_of(platform).identify(account)
        if not await platform.database.write(lambda: suppressions.remove(account_id, key)):
            raise NotFoundError(f"{key} is not suppressed.")
    return Answer({"address": key}, f"{key} may be mailed again.")


def _key(address: str) -> str:
    if not is_email(address.strip()):
        raise RefusedError(f"{address!r} is not an email address.")
    return suppression_key(address.strip())


def _facts(row: SuppressionRow) -> dict[str, Any]:
    return {
        "address": row.address,
        "reason": row.reason,
        "detail": row.detail,
        "since": moment(row.created_ms),
        "until": "for good" if row.until_ms is None else moment(row.until_ms),
    }
