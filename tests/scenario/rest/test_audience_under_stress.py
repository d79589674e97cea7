"""Eight clients change one audience at once: nobody is told of a fault, and lists count what is on them."""

import asyncio
import random

from sqlalchemy import func, select

from aerogram.store.sql import Sql
from aerogram.store.tables.contacts import contact, contact_list, list_recipient
from aerogram.store.tables.jobs import job
from support.waiting import until

CLIENTS, CALLS, PEOPLE = 8, 25, 12
LISTS = "/v3/REST/contactslist"
_OPEN_JOBS = Sql(select(job.c.id).where(job.c.is_open == 1))
_TRUTH = Sql(
    select(contact_list.c.id, contact_list.c.subscriber_count, func.count(list_recipient.c.id))
    .join_from(
        contact_list,
        list_recipient,
        (list_recipient.c.list_id == contact_list.c.id)
        & (list_recipient.c.is_unsubscribed == 0)
        & (list_recipient.c.is_active == 1),
        isouter=True,
    )
    .group_by(contact_list.c.id, contact_list.c.subscriber_count)
)
_TWICE = Sql(select(contact.c.email).group_by(contact.c.account_id, contact.c.email).having(func.count() > 1))
_LINKS_OF_NOBODY = Sql(
    select(list_recipient.c.id).where(
        list_recipient.c.contact_id.not_in(select(contact.c.id).where(contact.c.is_anonymized == 0))
    )
)


class Client:
    """One of many, who does by chance what clients do; the chance has a seed."""

    def __init__(self, client, lists, segment, seed):
        self._client, self._lists, self._segment = client, lists, segment
        self._chance = random.Random(seed)
        self.faults = []

    async def run(self):
        for _ in range(CALLS):
            act = self._chance.choice(self._acts())
            for answer in await act():
                if answer.status_code >= 500:
                    self.faults.append((act.__name__, answer.status_code, answer.text))

    def _acts(self):
        often = [self._manage, self._manage_lists, self._manage_many, self._leave, self._erase]
        return [self._manage, *often, self._delete_list, self._preview, self._rename]

    def _email(self):
        return f"person{self._chance.randrange(PEOPLE)}@example.net"

    def _action(self):
        return self._chance.choice(["addforce", "addnoforce", "remove", "unsub"])

    def _list(self):
        return self._chance.choice(self._lists)

    async def _manage(self):
        body = {"Email": self._email(), "Action": self._action(), "Name": f"N{self._chance.random()}"}
        return [await self._client.post(f"{LISTS}/{self._list()}/managecontact", json=body)]

    async def _manage_many(self):
        many = [{"Email": self._email()} for _ in range(6)]
        actions = [{"ListID": self._list(), "Action": self._action()}]
        body = {"Contacts": many, "ContactsLists": actions}
        return [await self._client.post("/v3/REST/contact/managemanycontacts", json=body)]

    async def _contact_id(self):
        answer = await self._client.get(f"/v3/REST/contact/{self._email()}")
        return answer.json()["Data"][0]["ID"] if answer.status_code == 200 else 0

    async def _manage_lists(self):
        actions = [{"ListID": each, "Action": self._action()} for each in self._lists]
        self._chance.shuffle(actions)
        path = f"/v3/REST/contact/{await self._contact_id()}/managecontactslists"
        return [await self._client.post(path, json={"ContactsLists": actions})]

    async def _erase(self):
        return [await self._client.delete(f"/v4/contacts/{await self._contact_id()}")]

    async def _leave(self):
        found = (await self._client.get("/v3/REST/listrecipient?Limit=5")).json()["Data"]
        if not found:
            return []
        path = f"/v3/REST/listrecipient/{self._chance.choice(found)['ID']}"
        change = self._client.put(path, json={"IsUnsubscribed": self._chance.random() < 0.5})
        return await asyncio.gather(change, self._client.delete(path))

    async def _delete_list(self):
        path = f"{LISTS}/{self._list()}"
        return [await self._client.delete(path), await self._client.put(path, json={"IsDeleted": False})]

    async def _preview(self):
        return [
            await self._client.get(f"/v3/REST/contactfilter/{self._segment}"),
            await self._client.get(f"/v3/REST/contact?ContactsList={self._list()}"),
        ]

    async def _rename(self):
        path = f"/v3/REST/contact/{await self._contact_id()}"
        return [await self._client.put(path, json={"Email": self._email()})]


async def test_eight_clients_meet_no_fault_and_counts_are_true(client, door, database):
    lists = [(await client.post(LISTS, json={"Name": f"List {n}"})).json()["Data"][0]["ID"] for n in range(3)]
    await client.post("/v3/REST/contactmetadata", json={"Name": "age", "Datatype": "int"})
    segment = {"Name": "Adults", "Expression": "(age>=18)"}
    adults = (await client.post("/v3/REST/contactfilter", json=segment)).json()["Data"][0]["ID"]
    clients = [Client(client, lists, adults, seed) for seed in range(CLIENTS)]
    runner = asyncio.create_task(door.job_runner.run())
    try:
        await asyncio.gather(*(each.run() for each in clients))
        await until(lambda: _has_no_open_job(database), "the end of all jobs")
    finally:
        runner.cancel()
        await asyncio.gather(runner, return_exceptions=True)
    assert not [fault for each in clients for fault in each.faults]

    def looked():
        return (yield _TRUTH()), (yield _TWICE()), (yield _LINKS_OF_NOBODY())

    truth, twice, of_nobody = await database.read(looked)
    assert all(counted == real for _, counted, real in truth), truth
    assert (twice, of_nobody) == ([], [])


async def _has_no_open_job(database):
    def unit():
        return (yield _OPEN_JOBS())

    return not await database.read(unit)
