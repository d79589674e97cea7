"""Every place of a message of the Send API v3 where a text can stand, and a message with a payload in it."""

from support.injections import as_address
from support.v3_calls import TO, a_v3_file, a_v3_message

FULL = a_v3_message(
    FromName="Orders",
    Sender="post@example.com",
    Cc="cy@example.net",
    Headers={"X-Tag": "1", "Reply-To": "help@example.com", "References": "<1@example.com>"},
)
FILES = {"Attachments": a_v3_file(), "Inline_attachments": a_v3_file(Filename="a.png")}


def _property(name):
    return lambda payload: FULL | {name: payload}


def _address(name):
    return lambda payload: FULL | {name: as_address(payload)}


def _individual(key):
    others = {name: value for name, value in FULL.items() if name not in ("To", "Cc")}
    return lambda payload: others | {"Recipients": [{"Email": TO} | {key: payload}]}


def _header(name):
    return lambda payload: FULL | {"Headers": FULL["Headers"] | {name: payload}}


def _file(array, key):
    return lambda payload: FULL | {"Html-part": "<p>", array: [FILES[array] | {key: payload}]}


TEXTS = {
    **{name: _property(name) for name in ("FromName", "Subject", "Text-part", "Html-part")},
    **{name: _property(name) for name in ("Mj-CustomID", "Mj-EventPayLoad", "Mj-campaign")},
    **{name: _property(name) for name in ("Mj-TemplateID", "Mj-MonitoringCategory", "Mj-prio")},
    **{f"Headers.{name}": _header(name) for name in ("X-Tag", "Subject", "References")},
    **{f"Attachments.{key}": _file("Attachments", key) for key in ("Content-type", "Filename", "content")},
    **{
        f"Inline.{key}": _file("Inline_attachments", key)
        for key in ("Content-type", "Filename", "Content-ID")
    },
    "Recipients.Name": _individual("Name"),
    "Vars": lambda payload: FULL | {"Vars": {payload: payload}, "Text-part": "[[var:a]]"},
}
"""Fields in which an address is only text."""

ADDRESSES = {
    **{name: _address(name) for name in ("FromEmail", "Sender", "MJ-TemplateErrorReporting")},
    **{f"{name} as given": _property(name) for name in ("FromEmail", "To", "Cc", "Bcc")},
    "Recipients.Email": _individual("Email"),
    "Headers.From": _header("From"),
    "Headers.Reply-To": _header("Reply-To"),
}
"""Fields in which the caller names addresses, as many as the field takes."""
LISTS = frozenset({"To as given", "Cc as given", "Bcc as given", "Recipients.Email"})
"""Those of them that say who gets the mail."""
