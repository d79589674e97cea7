"""Messages of the Send API v3 as a client writes them."""

import base64

FROM = "orders@example.com"
TO = "ann@example.net"


def a_v3_message(**properties):
    """An ordinary message with some properties replaced; one set to `...` is left out.

    Names are the guide's with `_` for `-`, as ``Mj_trackopen`` for ``Mj-trackopen``; ``Inline_attachments`` is itself.
    """
    given = {
        name if name == "Inline_attachments" else name.replace("_", "-"): value
        for name, value in properties.items()
    }
    message = {"FromEmail": FROM, "To": TO, "Subject": "Receipt 17", "Text-part": "Thanks."} | given
    return {name: value for name, value in message.items() if value is not ...}


def a_v3_file(**properties):
    """A file of Attachments; names as in `a_v3_message`."""
    given = {name.replace("_", "-"): value for name, value in properties.items()}
    content = base64.b64encode(b"Hello").decode()
    return {"Content-type": "text/plain", "Filename": "a.txt", "content": content} | given
