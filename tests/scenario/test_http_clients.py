"""The clients that people have: Mailjet's own SDK and Anymail, unchanged, against the door."""

import asyncio
import json
import os
import subprocess
import sys
from contextlib import closing

from mailjet_rest import Client

from support.calls import a_message
from support.http_door import KEY, SECRET

ANYMAIL = """
import json, os
from django.conf import settings

settings.configure(
    EMAIL_BACKEND="anymail.backends.mailjet.EmailBackend",
    ANYMAIL={
        "MAILJET_API_KEY": os.environ["KEY"],
        "MAILJET_SECRET_KEY": os.environ["SECRET"],
        "MAILJET_API_URL": os.environ["URL"] + "/v3.1/",
    },
    DEFAULT_CHARSET="utf-8",
)
import django

django.setup()
from django.core.mail import EmailMultiAlternatives

mail = EmailMultiAlternatives(
    "Receipt 17", "Thanks.", '"Orders, Inc." <orders@example.com>', ['"Ann, A." <ann@example.net>', "bo@example.net"],
    cc=["cy@example.net"], reply_to=["help@example.com"], headers={"X-Number": 17},
)
mail.attach_alternative("<p>Thanks.</p>", "text/html")
mail.attach("a.txt", "Hello", "text/plain")
mail.metadata = {"order": 17}
mail.tags = ["receipts"]
mail.track_opens = True
mail.send()
status = mail.anymail_status
print(json.dumps({each: [one.status, one.message_id] for each, one in status.recipients.items()}))
"""


async def test_mailjets_sdk_sends_and_reads(url):
    def story():
        with (
            closing(Client(auth=(KEY, SECRET), version="v3.1", api_url=f"{url}/")) as sending,
            closing(Client(auth=(KEY, SECRET), version="v3", api_url=f"{url}/")) as reading,
        ):
            sent = sending.send.create(data={"Messages": [a_message()]})
            assert sent.status_code == 200
            message_id = sent.json()["Messages"][0]["To"][0]["MessageID"]
            shown = reading.message.get(id=message_id)
            assert shown.json()["Data"][0]["Status"] == "queued"
            listed = reading.message.get(filters={"Limit": 1, "ShowSubject": True})
            assert listed.json()["Data"][0]["Subject"] == "Receipt 17"
            history = reading.messagehistory.get(id=message_id)
            assert history.json()["Count"] == 0

    await asyncio.to_thread(story)


async def test_anymail_sends_with_all_it_has(url):
    environment = {**os.environ, "URL": url, "KEY": KEY, "SECRET": SECRET}

    def run():
        return subprocess.run(
            [sys.executable, "-c", ANYMAIL],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    done = await asyncio.to_thread(run)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert set(told) == {"ann@example.net", "bo@example.net", "cy@example.net"}
    assert {status for status, _ in told.values()} == {"sent"}
    assert all(message_id.isdigit() for _, message_id in told.values())
