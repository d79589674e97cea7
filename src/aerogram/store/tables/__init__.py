"""The schema. Times are BIGINT milliseconds since the epoch, flags SMALLINT 0 or 1, secrets sealed text.

Ids come from `aerogram.base.ids`, never from the database; only events are numbered by it. Tables have an
``account_id`` from the start, so that they can be distributed by it.
"""

from __future__ import annotations

from aerogram.store.tables.accounts import (
    account,
    account_member,
    api_token,
    content_token,
    credential,
    preference,
    sandbox_record,
    user_account,
    user_profile,
)
from aerogram.store.tables.campaigns import campaign, campaign_recipient
from aerogram.store.tables.columns import metadata
from aerogram.store.tables.events import counter, event
from aerogram.store.tables.installation import node, setting
from aerogram.store.tables.messages import captured, content, idempotency, message
from aerogram.store.tables.senders import (
    dkim_key,
    domain_check,
    metasender,
    monitoring_category,
    parse_route,
    sender,
    tracking_host,
)
from aerogram.store.tables.suppressions import suppression, unsubscription
from aerogram.store.tables.templates import template
from aerogram.store.tables.webhooks import callback, callback_lease, webhook_outbox

__all__ = [
    "account",
    "account_member",
    "api_token",
    "callback",
    "callback_lease",
    "campaign",
    "campaign_recipient",
    "captured",
    "content",
    "content_token",
    "counter",
    "credential",
    "dkim_key",
    "domain_check",
    "event",
    "idempotency",
    "message",
    "metadata",
    "metasender",
    "monitoring_category",
    "node",
    "parse_route",
    "preference",
    "sandbox_record",
    "sender",
    "setting",
    "suppression",
    "template",
    "tracking_host",
    "unsubscription",
    "user_account",
    "user_profile",
    "webhook_outbox",
]
