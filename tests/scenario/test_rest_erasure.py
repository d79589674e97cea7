"""``DELETE /v4/contacts/{id}``: a person is erased from everywhere, and a proof stays."""

import re
import uuid

from sqlalchemy import select

from aerogram.store.sql import Sql
from aerogram.store.tables.columns import metadata
from scenario.test_rest_contacts import created, refused
from support.actors import acting
from support.http_door import ACCOUNT, STRANGERS_KEY, STRANGERS_SECRET, a_client

CONTACTS = "/v3/REST/contact"
LISTS = "/v3/REST/contactslist"


async def test_an_erased_contact_can_be_read_by_its_id_alone(client):
    ana = await created(client, CONTACTS, Email="ana@example.com", Name="Ana")
    news = await created(client, LISTS, Name="News")
    await created(client, "/v3/REST/contactmetadata", Name="age", Datatype="int")
    body = {"Email": "ana@example.com", "Action": "addforce", "Properties": {"age": 30}}
    await client.post(f"{LISTS}/{news['ID']}/managecontact", json=body)
    answer = await client.delete(f"/v4/contacts/{ana['ID']}")
    assert (answer.status_code, answer.content) == (200, b"")
    assert uuid.UUID(answer.headers["x-mj-request-guid"])
    [row] = (await client.get(f"{CONTACTS}/{ana['ID']}")).json()["Data"]
    assert re.fullmatch(r"\\x[0-9a-f]{40}@domain\.invalid", row["Email"])
    assert row["Name"] == "Anonymized"
    assert row["LastUpdateAt"].endswith("Z")
    refused(await client.get(f"{CONTACTS}/ana@example.com"), 404, "Object not found")
    assert (await client.get(CONTACTS)).json()["Count"] == 0
    assert (await client.get(f"{CONTACTS}?IncludeAnonymized=true")).json()["Data"] == [row]
    assert (await client.get(f"/v3/REST/contactdata/{ana['ID']}")).json()["Data"][0]["Data"] == []
    assert (await client.get("/v3/REST/listrecipient")).json()["Count"] == 0
    assert (await client.get(f"{LISTS}/{news['ID']}")).json()["Data"][0]["SubscriberCount"] == 0
    actions = {"ContactsLists": [{"ListID": news["ID"], "Action": "addforce"}]}
    for answer in (
        await client.put(f"{CONTACTS}/{ana['ID']}", json={"Name": "Ana"}),
        await client.post(f"{CONTACTS}/{ana['ID']}/managecontactslists", json=actions),
        await client.post("/v3/REST/listrecipient", json={"ContactID": ana["ID"], "ListID": news["ID"]}),
    ):
        refused(answer, 404, "Object not found")


async def test_the_address_may_come_back_as_somebody_new(client):
    ana = await created(client, CONTACTS, Email="ana@example.com")
    await client.delete(f"/v4/contacts/{ana['ID']}")
    again = await created(client, CONTACTS, Email="ana@example.com")
    assert again["ID"] != ana["ID"]


async def test_erasing_nobody_is_no_error_and_erases_nobody(client, url):
    ana = await created(client, CONTACTS, Email="ana@example.com")
    assert (await client.delete("/v4/contacts/7")).status_code == 200
    async with a_client(url, (STRANGERS_KEY, STRANGERS_SECRET)) as stranger:
        assert (await stranger.delete(f"/v4/contacts/{ana['ID']}")).status_code == 200
    assert (await client.get(f"{CONTACTS}/ana@example.com")).status_code == 200
    assert (await client.delete("/v4/contacts/ana@example.com")).status_code == 400
    assert (await client.get(f"/v4/contacts/{ana['ID']}")).status_code == 405
    async with a_client(url, ("nobody", "x")) as nobody:
        assert (await nobody.delete(f"/v4/contacts/{ana['ID']}")).status_code == 401


async def test_nothing_in_the_store_names_an_erased_person(client, door, database):
    ana = await created(client, CONTACTS, Email="Ana.Unique@example.com", Name="Ana Unique")
    mail = {
        "From": {"Email": "shop@example.com"},
        "To": [{"Email": "ana.unique@example.com", "Name": "Ana Unique"}],
        "Subject": "Dear Ana Unique",
        "TextPart": "Hello {{var:name}}, ana.unique",
        "TemplateLanguage": True,
        "Variables": {"name": "Ana Unique"},
        "CustomCampaign": "spring",
        "CustomID": "order of ana.unique",
    }
    await client.post("/v3.1/send", json={"Messages": [mail]})
    to_both = mail | {
        "To": [{"Email": "bob@example.com"}],
        "Bcc": mail["To"],
        "Subject": "For all",
        "Variables": {},
    }
    answer = await client.post(
        "/v3.1/send", json={"Messages": [to_both | {"TextPart": "Hi", "CustomID": ""}]}
    )
    assert answer.status_code == 200, answer.text
    await client.delete(f"/v4/contacts/{ana['ID']}")
    left = await database.read(everything)
    traces = {table for table, rows in left.items() if re.search("(?i)ana.unique", str(rows))}
    assert traces <= {"content"}
    assert sorted(row.subject for row in left["content"]) == ["", "For all"]
    assert sorted(row.recipient.rpartition("@")[2] for row in left["message"]) == [
        "domain.invalid", "domain.invalid", "example.com",
    ]  # fmt: skip
    assert sorted(row.state for row in left["message"]) == [0, 5, 5]
    proof = await door.audience.erasures.proof_of(acting(ACCOUNT), ana["ID"])
    assert proof.digest == door.audience.erasures.digest(ACCOUNT, "Ana.Unique@example.com")


async def test_the_row_of_an_erased_contact_goes_after_thirty_days(client, door, clock):
    ana = await created(client, CONTACTS, Email="ana@example.com")
    await created(client, CONTACTS, Email="bob@example.com")
    await client.delete(f"/v4/contacts/{ana['ID']}")
    clock.advance(29 * 86_400_000)
    assert await door.audience.erasures.purge() == 0
    clock.advance(86_400_000)
    assert await door.audience.erasures.purge() == 1
    refused(await client.get(f"{CONTACTS}/{ana['ID']}"), 404, "Object not found")
    assert (await client.get(CONTACTS)).json()["Count"] == 1
    assert await door.audience.erasures.proof_of(acting(ACCOUNT), ana["ID"])


def everything():
    found = {}
    for table in metadata.sorted_tables:
        columns = [column for column in table.columns if column.name != "account_id"]
        rows = yield Sql(select(*columns))()
        found[table.name] = [
            _Row(dict(zip([column.name for column in columns], row, strict=True))) for row in rows
        ]
    return found


class _Row:
    def __init__(self, values):
        self.__dict__ = values

    def __repr__(self):
        return str(self.__dict__)
