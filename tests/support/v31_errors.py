"""The table of errors of the Send API v3.1: what is asked, and what is answered, word by word.

The account of the table may send from example.com; new@example.org is a sender of it that is not
active. `TEMPLATE` has both parts, `ODD_TEMPLATE` a From of somebody else's and a header that is no text.
"""

from aerogram.doors.http.send.shared.limits import MAX_BODY_BYTES
from support.calls import FROM, a_call

TEMPLATE, ODD_TEMPLATE = 17, 18
PEOPLE = [{"Email": f"ann{number}@example.net"} for number in range(51)]
FILE = {"ContentType": "text/plain", "Filename": "a.txt", "Base64Content": "SGVsbG8="}
LARGE = [FILE | {"Base64Content": "QUFB" * count} for count in (4 * 2**20, 2 * 2**20)]
ELSEWHERE = {"Email": "eve@elsewhere.example"}
STRICT = {"AdvanceErrorHandling": True}

UNAUTHORIZED = (
    "API key authentication/authorization failure. You may be unauthorized to access the API or your API key "
    "may be expired. Visit API keys management section to check your keys."
)
MALFORMED = "Malformed JSON, please review the syntax and properties types."
CUT = "half of a surrogate pair, which is not a character"
MISSING = "Missing mandatory property."
TOO_MANY = "Total number of recipients exceeded. Max allowed - 50"
NOT_IN_HEADERS = 'Header cannot be customized using the "Headers" collection.'
ONLY_WITH_LANGUAGE = (
    '"TemplateErrorReporting" and "TemplateErrorDeliver" can only be used when "TemplateLanguage" is true.'
)
NO_CONTENT = 'At least "HTMLPart", "TextPart" or "TemplateID" must be provided.'
NO_RIGHT = '"Sender" needs a right that your account does not have, unless "eve@elsewhere.example" is one of its senders.'
NO_CATEGORY = "The monitoring category doesn't exist for your account."
TO_IN_GLOBALS = '"To" is not allowed in "Globals": each message names its own recipients.'


def error(code, text, *related, status=400):
    """An error as it is answered, but for its identifier."""
    shown = {"ErrorCode": code, "StatusCode": status, "ErrorMessage": text}
    return shown | ({"ErrorRelatedTo": list(related)} if related else {})


def wrong_type(expected, path):
    return error("mj-0004", f'Type mismatch. Expected type "{expected}".', path)


def not_allowed(value, path):
    return error("mj-0005", f'"{value}" is not an allowed value for {path}.', path)


def too_long(path, limit):
    return error("mj-0006", f"Maximum length of {path} is {limit} characters.", path)


def unexpected(name, path, near=""):
    hint = f' Did you mean "{near}"?' if near else ""
    return error("send-0001", f'Unexpected property "{name}".{hint}', path)


def flawed(holds, path):
    return error("mj-0005", f"Invalid characters detected: {path} must not hold {holds}.", path)


def too_many(path, limit=50):
    return error("mj-0008", f"Maximum number of elements in {path} is {limit}.", path)


def empty(path, code="mj-0012"):
    return error(code, f"{path} cannot be empty.", path)


def no_sender(address):
    text = f'"{address}" is not an authorized sender email address for your account.'
    return error("send-0008", text, "From", status=403)


def part_of_template(code, name, part, status):
    text = f'"{name}" cannot be used together with a template that has {part} part.'
    return error(code, text, name, "TemplateID", status=status)


OF_A_CALL = [
    (b"{", error("mj-0002", MALFORMED)),
    (b"[]", error("mj-0002", MALFORMED)),
    (b"{}", error("mj-0003", MISSING, "Messages")),
    (b'{"Messages":null}', error("mj-0003", MISSING, "Messages")),
    (b'{"Messages":{}}', wrong_type("Messages", "Messages")),
    (b'{"Messages":[]}', empty("Messages", "mj-0007")),
    (a_call(*[{}] * 51), error("mj-0008", TOO_MANY, "Messages")),
    (a_call({}, Globals={"To": [FROM]}), error("mj-0005", TO_IN_GLOBALS, "Globals.To")),
    (a_call({}, SandboxMod=True), unexpected("SandboxMod", "SandboxMod", "SandboxMode")),
    (b'{"Messages":[{}],"Globals":{"Subject":"\\ud83d"}}', flawed(CUT, "Globals.Subject")),
    (b" " * (MAX_BODY_BYTES + 1), error("mj-0011", "Payload size limit exceeded.")),
]
"""A body, and the error about the call as a whole."""

OF_A_MESSAGE = [
    ({"To": ...}, {}, [error("mj-0003", MISSING, "To")]),
    ({"To": None}, {}, [error("mj-0003", MISSING, "To")]),
    ({"From": ...}, {}, [error("mj-0003", MISSING, "From")]),
    (
        {"TemplateErrorReporting": "dev@example.com", "TemplateLanguage": True},
        {},
        [wrong_type("emailIn", "TemplateErrorReporting")],
    ),
    ({"To": {}}, {}, [wrong_type("array of emails", "To")]),
    ({"Priority": 4}, {}, [not_allowed("4", "Priority")]),
    (
        {"TrackOpens": "on", "TrackClicks": "off"},
        {},
        [not_allowed("on", "TrackOpens"), not_allowed("off", "TrackClicks")],
    ),
    ({"Subjet": "x"}, {}, [unexpected("Subjet", "Subjet", "Subject")]),
    (
        {"To": [{"Email": "ann@example.net", "Nme": "Ann"}]},
        {},
        [unexpected("Nme", "To[0].Nme", "Name")],
    ),
    ({"Attachments": [FILE | {"Charset": "x"}]}, {}, [unexpected("Charset", "Attachments[0].Charset")]),
    ({"Variables": {"a": ["\0"]}}, {}, [flawed("a NUL character", "Variables.a[0]")]),
    ({"Subject": "x" * 256}, {}, [too_long("Subject", 255)]),
    ({"URLTags": "x" * 257}, {}, [too_long("URLTags", 256)]),
    ({"To": []}, {}, [empty("To", "mj-0007")]),
    ({"Attachments": [FILE] * 51}, {}, [too_many("Attachments")]),
    ({"InlinedAttachments": [FILE] * 51}, {}, [too_many("InlinedAttachments")]),
    ({"Headers": {f"X-{number}": "" for number in range(201)}}, {}, [too_many("Headers", 200)]),
    ({"Variables": dict.fromkeys(map(str, range(1_001)), 1)}, {}, [too_many("Variables", 1000)]),
    (
        {"Attachments": LARGE},
        {},
        [
            error(
                "mj-0011",
                "Payload size limit exceeded. Attachments may have 15728640 bytes together.",
                "Attachments",
                "InlinedAttachments",
            )
        ],
    ),
    (
        {"To": [{"Email": ""}], "Attachments": [dict.fromkeys(FILE, "")]},
        {},
        [empty("To[0].Email"), *(empty(f"Attachments[0].{name}") for name in FILE)],
    ),
    (
        {"To": [{"Email": "ann@example.net"}, {"Email": "ann@example..net"}]},
        {},
        [error("mj-0013", '"ann@example..net" is an invalid email address.', "To[1].Email")],
    ),
    ({"TextPart": ...}, {}, [error("send-0003", NO_CONTENT, "TextPart", "HTMLPart", "TemplateID")]),
    (
        {"TemplateID": TEMPLATE, "HTMLPart": "<p>own</p>", "TextPart": ...},
        STRICT,
        [part_of_template("send-0004", "HTMLPart", "an HTML", 400)],
    ),
    ({"TemplateID": TEMPLATE}, STRICT, [part_of_template("send-0005", "TextPart", "a text", 403)]),
    ({"Sender": ELSEWHERE}, {}, [error("send-0006", NO_RIGHT, "SenderID", status=403)]),
    (
        {"Sender": {"Email": "new@example.org"}},
        {},
        [
            error(
                "send-0007",
                '"new@example.org" is not a validated sender email address of your account.',
                "SenderID",
                status=403,
            )
        ],
    ),
    ({"From": ELSEWHERE}, {}, [no_sender("eve@elsewhere.example")]),
    ({"TemplateID": ODD_TEMPLATE, "From": ...}, {}, [no_sender("shop@elsewhere.example")]),
    (
        {"TemplateID": 404, "TextPart": ..., "From": ...},
        {},
        [error("send-0010", 'Template id "404" doesn\'t exist for your account.', "TemplateID")],
    ),
    (
        {"Headers": {"X-MJ-Vars": "{}", "bcc": "x@example.net"}},
        {},
        [error("send-0011", NOT_IN_HEADERS, f'Headers["{name}"]') for name in ("X-MJ-Vars", "bcc")],
    ),
    (
        {"DeduplicateCampaign": True},
        {},
        [
            error(
                "send-0012",
                '"DeduplicateCampaign" can only be used together with "CustomCampaign".',
                "CustomCampaign",
                "DeduplicateCampaign",
            )
        ],
    ),
    ({"MonitoringCategory": "none"}, {}, [error("send-0013", NO_CATEGORY, "MonitoringCategory")]),
    ({"To": PEOPLE}, {}, [error("send-0015", TOO_MANY, "To", "CC", "Bcc")]),
    ({"Cc": PEOPLE[:25], "Bcc": PEOPLE[:25]}, {}, [error("send-0015", TOO_MANY, "To", "CC", "Bcc")]),
    (
        {"TemplateErrorReporting": {"Email": "dev@example.com"}},
        {},
        [error("send-0016", ONLY_WITH_LANGUAGE, "TemplateLanguage")],
    ),
    (
        {"TemplateErrorDeliver": True, "TemplateLanguage": False},
        {},
        [error("send-0016", ONLY_WITH_LANGUAGE, "TemplateLanguage")],
    ),
    (
        {"TemplateID": ODD_TEMPLATE, "TextPart": ...},
        STRICT,
        [error("send-0019", 'Wrong type for template header, expected type "string"', "sender")],
    ),
    (
        {"From": ELSEWHERE, "To": [], "MonitoringCategory": "none"},
        {},
        [
            empty("To", "mj-0007"),
            no_sender("eve@elsewhere.example"),
            error("send-0013", NO_CATEGORY, "MonitoringCategory"),
        ],
    ),
]
"""Properties of an ordinary message, properties of its call, and all errors of the message."""
