"""``aerogram account …``."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Any

import typer

from aerogram.doors.cli.answer import Answer, moment, table
from aerogram.doors.cli.host import Installation
from aerogram.doors.cli.noun import Noun
from aerogram.identity.accounts import CredentialRow, KeyPair, Listed
from aerogram.model.account import Area, Level
from aerogram.model.actor import EVERY_ACCOUNT, operator_actor

noun = Noun("Manage accounts, their API keys and their members.", Area.ACCOUNT)
category = noun.noun(
    "category", "Manage monitoring categories: names that an account's mail may carry for monitoring."
)

CategoryName = Annotated[
    str, typer.Argument(metavar="NAME", help="The name of the category, as used in mail.")
]
Named = Annotated[str, typer.Argument(metavar="ACCOUNT", help="An account's id or API key.")]


class Switch(StrEnum):
    """The values ``on`` and ``off`` of an option."""

    ON = "on"
    OFF = "off"


@noun.command("ls", Level.READ)
async def ls(installation: Installation) -> Answer:
    """List the accounts, oldest first.

    aerogram account ls
    """
    async with installation.open() as services:
        listed = await services.accounts.every()
    rows = [
        (
            each.account.id,
            each.account.name,
            "active" if each.account.is_active else "inactive",
            ", ".join(map(_named, each.credentials)),
            moment(each.account.created_ms),
        )
        for each in listed
    ]
    text = table(
        ("ID", "NAME", "STATE", "API KEY", "CREATED"),
        rows,
        empty="No accounts yet; run: aerogram init --email you@example.org",
    )
    return Answer([_facts(each) for each in listed], text)


@noun.command("show", Level.READ)
async def show(installation: Installation, account: Named) -> Answer:
    """Show an account and its API keys.

    aerogram account show 3f1c6f0c5a1e4f7e9b0d2a4c6e8f0a1b
    """
    async with installation.open() as services:
        accounts = services.accounts
        found = await accounts.show(await accounts.identify(account))
    keys = table(
        ("API KEY", "MAIL", "CREATED"),
        keys_rows(found.credentials),
        empty="This account has no API key.",
    )
    return Answer(_facts(found), f"{_described(found)}\n\n{keys}")


@noun.command("create", Level.FULL)
async def create(
    installation: Installation,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The name of the account.")],
) -> Answer:
    """Create an account with a key pair; its secret is shown only once.

    Each account has its own senders, suppressions, webhooks and statistics.

      aerogram account create "Shop"
    """
    async with installation.open() as services:
        opened = await services.accounts.create(operator_actor(EVERY_ACCOUNT), name)
    facts = {"id": opened.account.id, "name": name, **opened.keys._asdict()}
    return Answer(facts, f"Account {opened.account.id} {name!r}\n{shown_once(opened.keys)}")


@noun.command("set", Level.FULL)
async def change(
    installation: Installation,
    account: Named,
    active: Annotated[
        Switch | None, typer.Option("--active", metavar="on|off", help="Accept the keys of the account.")
    ] = None,
    track_opens: Annotated[
        Switch | None,
        typer.Option("--track-opens", metavar="on|off", help="Track opens, unless the mail sets it."),
    ] = None,
    track_clicks: Annotated[
        Switch | None,
        typer.Option("--track-clicks", metavar="on|off", help="Track clicks, unless the mail sets it."),
    ] = None,
) -> Answer:
    """Change an account; options that are not given stay unchanged.

    Running servers apply the change within seconds. Mail with tracking options of its own is not affected.

    aerogram account set 3f1c6f0c5a1e4f7e9b0d2a4c6e8f0a1b --track-opens on --track-clicks on
    """
    async with installation.open() as services:
        accounts = services.accounts
        actor = operator_actor(await accounts.identify(account))
        await accounts.change(
            actor,
            actor.account_id,
            is_active=_is_on(active),
            tracks_opens=_is_on(track_opens),
            tracks_clicks=_is_on(track_clicks),
        )
        found = await accounts.show(actor.account_id)
    return Answer(_facts(found), _described(found))


@category.command("add", Level.FULL)
async def add_category(installation: Installation, account: Named, name: CategoryName) -> Answer:
    """Add a monitoring category that an account's mail may use.

    aerogram account category add 3f1c6f0c5a1e4f7e9b0d2a4c6e8f0a1b receipts
    """
    async with installation.open() as services:
        actor = operator_actor(await services.accounts.identify(account))
        row = await services.categories.add(actor, name)
    return Answer({"name": row.name}, f"Mail of account {actor.account_id} may use the category {name!r}.")


@category.command("ls", Level.READ)
async def list_categories(installation: Installation, account: Named) -> Answer:
    """List the monitoring categories of an account, sorted by name.

    aerogram account category ls 3f1c6f0c5a1e4f7e9b0d2a4c6e8f0a1b
    """
    async with installation.open() as services:
        actor = operator_actor(await services.accounts.identify(account))
        rows = await services.categories.of_account(actor)
    facts = [{"name": row.name, "created": moment(row.created_ms)} for row in rows]
    text = table(("NAME", "CREATED"), [tuple(each.values()) for each in facts], empty="No categories yet.")
    return Answer(facts, text)


@category.command("rm", Level.FULL)
async def remove_category(installation: Installation, account: Named, name: CategoryName) -> Answer:
    """Remove a monitoring category; mail that uses it is rejected from now on.

    aerogram account category rm 3f1c6f0c5a1e4f7e9b0d2a4c6e8f0a1b receipts
    """
    async with installation.open() as services:
        actor = operator_actor(await services.accounts.identify(account))
        await services.categories.remove(actor, name)
    return Answer(
        {"name": name}, f"Mail of account {actor.account_id} may no longer use the category {name!r}."
    )


@noun.command("rotate-key", Level.FULL)
async def rotate_key(installation: Installation, account: Named) -> Answer:
    """Replace the key pairs of an account with a new one; the old ones stop working within seconds.

    Sandbox keys are kept.

      aerogram account rotate-key 3f1c6f0c5a1e4f7e9b0d2a4c6e8f0a1b
    """
    async with installation.open() as services:
        accounts = services.accounts
        actor = operator_actor(await accounts.identify(account))
        keys = await accounts.rotate(actor, actor.account_id)
    return Answer(
        {"id": actor.account_id, **keys._asdict()}, f"Account {actor.account_id}\n{shown_once(keys)}"
    )


def keys_rows(credentials: Sequence[CredentialRow]) -> list[tuple[str, str, str]]:
    """Make a table row for each API key: the key, whether its mail is sent, its creation time."""
    return [
        (each.key, "sandboxed" if each.is_sandboxed else "sent", moment(each.created_ms))
        for each in credentials
    ]


def key_facts(credential: CredentialRow) -> dict[str, Any]:
    """Describe an API key as JSON data."""
    return {
        "api_key": credential.key,
        "is_sandboxed": bool(credential.is_sandboxed),
        "created": moment(credential.created_ms),
    }


def _named(credential: CredentialRow) -> str:
    return f"{credential.key} (sandbox)" if credential.is_sandboxed else credential.key


def shown_once(keys: KeyPair) -> str:
    """Show a new key pair with its secret."""
    return f"API key     {keys.api_key}\nsecret key  {keys.secret_key}\n\nStore the secret now: it is not shown again."


def _described(listed: Listed) -> str:
    account = listed.account
    state = "active" if account.is_active else "inactive"
    opens, clicks = (
        "tracked" if is_tracked else "not tracked"
        for is_tracked in (account.tracks_opens, account.tracks_clicks)
    )
    return (
        f"Account {account.id} {account.name!r}, {state}, since {moment(account.created_ms)}\n"
        f"Opens {opens}, clicks {clicks}, unless the mail sets it."
    )


def _is_on(switch: Switch | None) -> bool | None:
    return None if switch is None else switch is Switch.ON


def _facts(listed: Listed) -> dict[str, Any]:
    return {
        "id": listed.account.id,
        "name": listed.account.name,
        "is_active": bool(listed.account.is_active),
        "tracks_opens": bool(listed.account.tracks_opens),
        "tracks_clicks": bool(listed.account.tracks_clicks),
        "created": moment(listed.account.created_ms),
        "api_keys": [credential.key for credential in listed.credentials],
        "keys": [key_facts(credential) for credential in listed.credentials],
    }
