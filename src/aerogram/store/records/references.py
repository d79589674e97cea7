"""Whether an account has an object that another one names by its id."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Final

from sqlalchemy import bindparam, select

from aerogram.store.contact_tables import contact_list, segment
from aerogram.store.record_tables import draft, record
from aerogram.store.sql import Sql, Unit
from aerogram.store.tables import campaign, sender, template

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Table
    from sqlalchemy.sql.elements import ColumnElement


class Target(enum.Enum):
    """What can be named. The words are Mailjet's names of the resources."""

    CAMPAIGN = "campaign"
    LIST = "contactslist"
    SEGMENT = "contactfilter"
    SENDER = "sender"
    TEMPLATE = "template"
    DRAFT = "campaigndraft"
    AX_TEST = "axtesting"
    WIDGET = "widget"
    NEWSLETTER_TEMPLATE = "newslettertemplate"
    NEWSLETTER_TEMPLATE_CATEGORY = "newslettertemplatecategory"


def _finding(table: Table, *conditions: ColumnElement[bool]) -> Sql:
    own = (table.c.id == bindparam("which"), table.c.account_id == bindparam("owner"))
    return Sql(select(table.c.id).where(*own, *conditions), "which", "owner")


def _record(target: Target) -> Sql:
    return _finding(record, record.c.kind == target.value)


_FIND: Final[Mapping[Target, Sql]] = {
    Target.CAMPAIGN: _finding(campaign),
    Target.LIST: _finding(contact_list, contact_list.c.is_deleted == 0),
    Target.SEGMENT: _finding(segment),
    Target.SENDER: _finding(sender),
    Target.TEMPLATE: _finding(template),
    Target.DRAFT: _finding(draft),
    Target.AX_TEST: _record(Target.AX_TEST),
    Target.WIDGET: _record(Target.WIDGET),
    Target.NEWSLETTER_TEMPLATE: _record(Target.NEWSLETTER_TEMPLATE),
    Target.NEWSLETTER_TEMPLATE_CATEGORY: _record(Target.NEWSLETTER_TEMPLATE_CATEGORY),
}


def exists(account_id: int, target: Target, which: int) -> Unit[bool]:
    """Tell whether the account has such an object; one that is deleted and only remembered does not count."""
    rows = yield _FIND[target](which, account_id)
    return bool(rows)
