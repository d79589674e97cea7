"""The loser of a race for a name is told that it is taken, as if they had come later; nobody is told of a fault."""

import asyncio
from collections import Counter

from aerogram.doors.rest.registry import declared_resources
from aerogram.doors.rest.resource import ChangeableResource
from support.rest_examples import EXAMPLES
from support.waiting import until

CLIENTS = 20
CREATABLE = sorted(
    resource.name
    for resource in declared_resources()
    if isinstance(resource, ChangeableResource) and EXAMPLES[resource.name].body is not None
)
RENAMED = {
    "contact": ("Email", "winner@example.net"),
    "contactfilter": ("Name", "winner"),
    "contactmetadata": ("Name", "winner"),
    "contactslist": ("Name", "winner"),
    "eventcallbackurl": ("EventType", "sent"),
    "newslettertemplate": ("Name", "winner"),
    "parseroute": ("Email", "winner@example.com"),
    "preferences": ("Key", "winner"),
    "preset": ("Name", "winner"),
    "template": ("Name", "winner"),
    "widgetcustomvalue": ("Name", "winner"),
}
"""Resources whose unique key a PUT may change, and what all want."""


async def together(calls):
    answers = await asyncio.gather(*calls)
    faults = [answer.text for answer in answers if answer.status_code >= 500]
    assert not faults, faults
    return answers


def statuses(answers):
    return dict(Counter(answer.status_code for answer in answers))


async def test_one_of_many_equal_creations_makes_the_object_and_the_others_are_refused(client):
    wrong = {}
    for number, name in enumerate(CREATABLE):
        path = f"/v3/REST/{name}"
        body = await EXAMPLES[name].body(client, 10 * number)
        # Twenty claims of a sender are twenty pairs of keys to make.
        answers = await together(client.post(path, json=body, timeout=60) for _ in range(CLIENTS))
        later = await client.post(path, json=body)
        wanted = {201: CLIENTS} if later.status_code == 201 else {201: 1, later.status_code: CLIENTS - 1}
        told = {answer.json()["ErrorMessage"] for answer in answers if answer.status_code != 201}
        if statuses(answers) != wanted or told - {later.json().get("ErrorMessage")}:
            wrong[name] = statuses(answers), told
    assert not wrong


async def test_one_of_many_gets_the_name_that_all_want(client):
    told = {}
    for first, (name, (key, wanted)) in enumerate(RENAMED.items()):
        path = f"/v3/REST/{name}"
        made = []
        for number in range(70 * first, 70 * first + 5):
            answer = await client.post(path, json=await EXAMPLES[name].body(client, number))
            made.append(answer.json()["Data"][0]["ID"])
        answers = await together(client.put(f"{path}/{number}", json={key: wanted}) for number in made)
        told[name] = statuses(answers)
    unchangeable = {name for name, found in told.items() if found == {400: 5}}
    shared = {name for name, found in told.items() if found == {200: 5}}
    assert all(
        found == {200: 1, 400: 4} for name, found in told.items() if name not in unchangeable | shared
    ), told
    assert unchangeable <= {"parseroute"}, told
    # A value's name is unique within its widget, and each of them has its own.
    assert shared <= {"newslettertemplate", "widgetcustomvalue"}, told


async def test_a_list_is_restored_or_made_anew_and_never_both(client):
    path = "/v3/REST/contactslist"
    for number in range(10):
        old = (await client.post(path, json={"Name": f"News {number}"})).json()["Data"][0]
        await client.delete(f"{path}/{old['ID']}")
        restored, made = await together(
            [
                client.put(f"{path}/{old['ID']}", json={"IsDeleted": False}),
                client.post(path, json={"Name": f"News {number}"}),
            ]
        )
        assert (restored.status_code, made.status_code) in {(200, 400), (400, 201)}
        live = (await client.get(f"{path}?Name=News+{number}&IsDeleted=false")).json()
        assert live["Count"] == 1


async def test_one_address_managed_by_many_at_once_is_one_contact(client, door):
    news = (await client.post("/v3/REST/contactslist", json={"Name": "News"})).json()["Data"][0]
    ann = {"Email": "ann@example.net", "Name": "Ann"}
    manage = f"/v3/REST/contactslist/{news['ID']}/managecontact"
    running = asyncio.create_task(door.job_runner.run())
    try:
        answers = await together(
            [
                *(client.post(manage, json={**ann, "Action": "addforce"}) for _ in range(8)),
                *(
                    client.post("/v3/REST/contact/managemanycontacts", json={"Contacts": [ann]})
                    for _ in range(4)
                ),
                *(client.post("/v3/REST/contact", json=ann) for _ in range(4)),
            ]
        )
        jobs = [answer.json()["Data"][0]["JobID"] for answer in answers[8:12]]
        for job in jobs:
            await until(lambda job=job: _has_ended(client, job), "the end of the job")
    finally:
        running.cancel()
    assert (await client.get("/v3/REST/contact")).json()["Count"] == 1
    found = (await client.get(f"/v3/REST/contactslist/{news['ID']}")).json()["Data"][0]
    assert found["SubscriberCount"] == 1


async def _has_ended(client, job):
    [row] = (await client.get(f"/v3/REST/contact/managemanycontacts/{job}")).json()["Data"]
    return row["Status"] in {"Completed", "Error"}
