"""What templates said before they had versions is what they have published."""

import sqlite3

from aerogram.content.templates.stored_parts import Content
from aerogram.content.templates.templates import Templates
from aerogram.content.templates.versions import TemplateVersions
from aerogram.store.open import FILE_NAME, open_database
from support.actors import acting
from support.migrations import upgrade

ANN = 1
_ADD = (
    "INSERT INTO template (id, account_id, name, owner_type, author, edit_mode, locale, created_ms, updated_ms, "
    "headers, text_part, html_part, mjml) VALUES (?, 1, ?, 'apikey', 'Ann', 2, 'fr_FR', 5, 6, ?, ?, ?, ?)"
)


async def test_what_a_template_said_is_published(tmp_path, ids, clock):
    path = tmp_path / FILE_NAME
    upgrade(path, "0008")
    with sqlite3.connect(path) as old:
        old.execute(_ADD, (7, "welcome", '{"Subject":"Hi"}', None, "<p>Hi</p>", '"<mjml/>"'))
        old.execute(_ADD, (8, "empty", "", None, None, None))
    old.close()
    database = await open_database(tmp_path, None)
    try:
        templates, versions = Templates(database, ids, clock), TemplateVersions(database, ids, clock)
        said = Content(html="<p>Hi</p>", mjml="<mjml/>", headers={"Subject": "Hi"})
        assert await templates.content(acting(ANN), 7) == said
        assert (await templates.find(ANN, 7)).html == "<p>Hi</p>"
        version = await versions.newest(acting(ANN), 7, "P")
        assert (version.author, version.locale, version.created_ms, version.content) == (
            "Ann",
            "fr_FR",
            6,
            said,
        )
        assert await templates.content(acting(ANN), 8) == Content()
        assert await versions.newest(acting(ANN), 8, "P") is None
        assert (await templates.change_content(acting(ANN), 7, {"text": "Hi"})).html == "<p>Hi</p>"
        assert (await versions.newest(acting(ANN), 7, "P")).id != version.id
    finally:
        await database.close()
