"""``aerogram template …``."""

from pathlib import Path
from typing import Annotated, Any

import typer

from aerogram.base.errors import NotFoundError, RefusedError
from aerogram.content.templates.headers import read_headers
from aerogram.content.templates.stored_parts import Content
from aerogram.content.templates.templates import Template, Templates
from aerogram.doors.cli.answer import Answer, moment, one_line, table
from aerogram.doors.cli.host import Installation
from aerogram.doors.cli.noun import Noun
from aerogram.model.account import Area, Level
from aerogram.model.actor import Actor, operator_actor
from aerogram.model.page import PageRequest

noun = Noun("Manage the stored templates of an account.", Area.TEMPLATES)

MAX_SHOWN = 1_000
"""Templates that ``ls`` shows."""
_MAX_ID_DIGITS = 18

Account = Annotated[
    str,
    typer.Option(
        "--account", metavar="ACCOUNT", help="An account id or API key. [default: the first account]"
    ),
]
Named = Annotated[str, typer.Argument(metavar="TEMPLATE", help="A template's id or name.")]


@noun.command("ls", Level.READ)
async def ls(installation: Installation, account: Account = "") -> Answer:
    """List the templates of an account.

    aerogram template ls
    """
    async with installation.open() as services:
        actor = operator_actor(await services.accounts.identify(account))
        found, total = await services.templates.page(actor, PageRequest({}, MAX_SHOWN))
    facts = [_facts(each) for each in found]
    text = table(
        ("ID", "NAME", "OWNER TYPE", "LOCALE", "UPDATED"),
        [tuple(each.values()) for each in facts],
        empty="No templates yet; run: aerogram template put welcome --html welcome.html",
    )
    more = f"\n… and {total - len(found)} more" if total > len(found) else ""
    return Answer({"total": total, "templates": facts}, text + more)


@noun.command("show", Level.READ)
async def show(installation: Installation, template: Named, account: Account = "") -> Answer:
    """Show a template's headers, text and HTML; --json includes its MJML.

    aerogram template show welcome
    """
    async with installation.open() as services:
        actor = operator_actor(await services.accounts.identify(account))
        templates = services.templates
        found = await _identified(templates, actor, template)
        content = await templates.content(actor, found.id)
    facts = _facts(found)
    said = {
        "headers": dict(content.headers),
        "text": content.text,
        "html": content.html,
        "mjml": content.mjml,
        "errors": list(read_headers(content.headers).errors),
    }
    lines = [f"{name:<12}{one_line(str(value))}" for name, value in facts.items()]
    lines += [f"{name:<12}{one_line(str(value))}" for name, value in content.headers.items()]
    lines += [f"{'error':<12}{each}" for each in said["errors"]]
    for part in (content.text, content.html):
        if part:
            lines += ["", *map(one_line, part.splitlines())]
    return Answer(facts | said, "\n".join(lines))


@noun.command("put", Level.WRITE)
async def put(
    installation: Installation,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The template's name.")],
    html: Annotated[Path | None, typer.Option("--html", metavar="FILE", help="The HTML part.")] = None,
    text: Annotated[Path | None, typer.Option("--text", metavar="FILE", help="The text part.")] = None,
    subject: Annotated[str, typer.Option("--subject", help="The subject.")] = "",
    sender: Annotated[
        str,
        typer.Option("--from", metavar="MAILBOX", help="The From mailbox, such as: Shop <shop@example.org>"),
    ] = "",
    account: Account = "",
) -> Answer:
    """Create a template, or change the given parts of an existing one.

    aerogram template put welcome --html welcome.html --text welcome.txt
    aerogram template put welcome --subject "Welcome, {{var:name}}" --from "Shop <shop@example.org>"
    """
    parts: dict[str, Any] = {
        part: _text_of(path) for part, path in (("html", html), ("text", text)) if path is not None
    }
    headers = {each: value for each, value in (("Subject", subject), ("From", sender)) if value}
    if sender and read_headers(headers).sender is None:
        raise RefusedError(f"--from: {sender!r} has no email address.")
    async with installation.open() as services:
        actor = operator_actor(await services.accounts.identify(account))
        templates = services.templates
        known = await templates.find_by_name(actor.account_id, name)
        template_id = known.id if known else (await templates.create(actor, {"name": name})).id
        if headers:
            before = await templates.content(actor, template_id)
            parts["headers"] = _merged(before, headers)
        await templates.change_content(actor, template_id, parts)
    did = "changed" if known else "created"
    return Answer(
        {"id": template_id, "name": name, "done": did}, f"Template {one_line(name)} {did}, id {template_id}."
    )


@noun.command("remove", Level.FULL)
async def remove(installation: Installation, template: Named, account: Account = "") -> Answer:
    """Delete a template; mail already accepted with it is still sent.

    aerogram template remove welcome
    """
    async with installation.open() as services:
        actor = operator_actor(await services.accounts.identify(account))
        templates = services.templates
        found = await _identified(templates, actor, template)
        await templates.remove(actor, found.id)
    return Answer(
        {"id": found.id, "name": found.name, "done": "removed"},
        f"Template {one_line(found.name)} is deleted.",
    )


async def _identified(templates: Templates, actor: Actor, named: str) -> Template:
    """Find a template by id, or else by name."""
    is_id = named.isascii() and named.isdigit() and len(named) <= _MAX_ID_DIGITS
    for conditions in ({"id": int(named)} if is_id else {}, {"name": named}):
        if conditions:
            found, _ = await templates.page(actor, PageRequest(conditions, 1))
            if found:
                return found[0]
    raise NotFoundError(f"The account has no template {named}.")


def _merged(content: Content, headers: dict[str, str]) -> dict[str, Any]:
    """Replace headers of the same name, ignoring case."""
    new = {name.lower() for name in headers}
    kept = {name: value for name, value in content.headers.items() if name.lower() not in new}
    return kept | headers


def _text_of(path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeError) as error:
        reason = "it is not UTF-8" if isinstance(error, UnicodeError) else error.strerror
        raise RefusedError(f"{path} cannot be read: {reason}.") from error
    if "\0" in text:
        raise RefusedError(f"{path} contains a NUL character; give a text file.")
    return text


def _facts(template: Template) -> dict[str, Any]:
    return {
        "id": template.id,
        "name": template.name,
        "owner_type": template.owner_type,
        "locale": template.locale,
        "updated": moment(template.updated_ms),
    }
