"""Calls of the Send API v3.1 as a client writes them."""

import json

from aerogram.model.account import CredentialKind, Principal, SendDefaults

FROM = {"Email": "orders@example.com", "Name": "Orders"}


def a_message(**properties):
    """An ordinary message with some properties replaced; one set to `...` is left out."""
    message = {
        "From": FROM,
        "To": [{"Email": "ann@example.net", "Name": "Ann"}],
        "Subject": "Receipt 17",
        "TextPart": "Thanks.",
    } | properties
    return {name: value for name, value in message.items() if value is not ...}


def a_caller(account_id=7, **defaults):
    """Whoever asks, with what the account says of mail that does not say."""
    return Principal(
        account_id=account_id,
        kind=CredentialKind.API_KEY,
        label="API key",
        defaults=SendDefaults(**defaults),
    )


def a_call(*messages, **properties):
    """The body of a call."""
    return json.dumps({"Messages": list(messages)} | properties).encode()
