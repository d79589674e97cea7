"""Exports over a real socket and a real store: asked for, polled, read, cancelled, and nobody else's."""

import asyncio
import contextlib
import csv
import io

import pytest

from aerogram.base.errors import StoreFullError
from aerogram.jobs.exports import export
from aerogram.model.account import CredentialKind
from support.calls import a_call, a_message
from support.http_door import PUBLIC_URL, STRANGERS_KEY, STRANGERS_SECRET, a_client
from support.waiting import until

OVER = {"Completed", "Error", "Abort"}


@pytest.fixture
async def working(door):
    """Somebody works on jobs."""
    task = asyncio.create_task(door.job_runner.run())
    yield
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


@pytest.fixture
async def stranger(url):
    async with a_client(url, (STRANGERS_KEY, STRANGERS_SECRET)) as connected:
        yield connected


@pytest.fixture
async def people(client):
    """Two contacts on a list, of whom Bob left it, and one on none."""
    made = {}
    for name in ("ann", "bob", "eve"):
        body = {
            "Email": f"{name}@example.org",
            "Name": name.title(),
            "IsExcludedFromCampaigns": name == "eve",
        }
        [made[name]] = (await client.post("/v3/REST/contact", json=body)).json()["Data"]
    await client.post("/v3/REST/contactmetadata", json={"Name": "city", "Datatype": "str"})
    await client.post("/v3/REST/contactmetadata", json={"Name": "age", "Datatype": "int"})
    data = {"Data": [{"Name": "city", "Value": "=Paris"}, {"Name": "age", "Value": 30}]}
    answer = await client.put("/v3/REST/contactdata/ann@example.org", json=data)
    assert answer.status_code == 200, answer.text
    [news] = (await client.post("/v3/REST/contactslist", json={"Name": "news"})).json()["Data"]
    for name in ("ann", "bob"):
        body = {"ContactID": made[name]["ID"], "ListID": news["ID"], "IsUnsubscribed": name == "bob"}
        assert (await client.post("/v3/REST/listrecipient", json=body)).status_code == 201
    return made | {"news": news["ID"]}


async def asked(client, resource, body=None, **query):
    answer = await client.post(f"/v3/REST/{resource}/export", json=body or {}, params=query)
    assert answer.status_code == 201, answer.text
    page = answer.json()
    assert (page["Count"], page["Total"]) == (1, 1)
    [row] = page["Data"]
    assert set(row) == {"JobID"}
    return row["JobID"]


async def polled(client, resource, job):
    async def over():
        answer = await client.get(f"/v3/REST/{resource}/export/{job}")
        assert answer.status_code == 200, answer.text
        [row] = answer.json()["Data"]
        return row if row["Status"] in OVER else None

    return await until(over, f"the end of the export {job}")


async def rows_of(client, resource, body=None, **query):
    """The rows of the file that an export makes."""
    job = await asked(client, resource, body, **query)
    row = await polled(client, resource, job)
    assert row["Status"] == "Completed", row
    assert row["File"] == f"{PUBLIC_URL}/v3/DATA/batchjob/{job}/CSVData/text:csv"
    answer = await client.get(row["File"].removeprefix(PUBLIC_URL))
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/csv"
    assert answer.headers["content-disposition"].endswith(f'-{job}.csv"')
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    assert row["Count"] == len(rows)
    return rows


async def emails_of(client, resource="contact", body=None, **query):
    return {row["email"].partition("@")[0] for row in await rows_of(client, resource, body, **query)}


async def test_contacts_are_written_to_a_file_with_their_properties(client, people, working):
    rows = await rows_of(client, "contact")
    ann = rows[0]
    assert (ann["email"], ann["contact:ID"], ann["contact:Name"], ann["age"], ann["city"]) == (
        "ann@example.org",
        str(people["ann"]["ID"]),
        "Ann",
        "30",
        "=Paris",
    )
    assert ann["contact:CreatedAt"] == people["ann"]["CreatedAt"]
    assert list(ann)[-2:] == ["age", "city"]
    [safe] = await rows_of(client, "contact", {"Email": "ann@example.org", "Spreadsheet": True})
    assert safe["city"] == "'=Paris"
    [few] = await rows_of(client, "contact", {"Properties": ["City"]}, Email="ann@example.org")
    assert list(few)[-1] == "city"
    assert "age" not in few
    [few] = await rows_of(client, "contact", Properties="city,age", EmailLLike="ann", Spreadsheet="1")
    assert list(few)[-2:] == ["city", "age"]


async def test_the_filters_of_the_list_select_in_the_query_and_in_the_body(client, people, working):
    news = people["news"]
    assert await emails_of(client) == {"ann", "bob", "eve"}
    assert await emails_of(client, ContactsList=news) == {"ann", "bob"}
    assert await emails_of(client, body={"contactslist": news}) == {"ann", "bob"}
    assert await emails_of(client, body={"IsUnsubscribed": False}, ContactsList=news) == {"ann"}
    assert await emails_of(client, body={"IsExcludedFromCampaigns": True}) == {"eve"}
    assert await emails_of(client, body={"ContactsList": news}, ContactsListID=news + 1) == set()
    assert await emails_of(client, ContactsList=news, ContactsListID=news + 1) == set()
    assert await emails_of(client, body={"ContactsList": ""}) == {"ann", "bob", "eve"}


async def test_links_of_lists(client, people, working):
    rows = await rows_of(client, "listrecipient", {"ContactsList": people["news"]})
    assert [(row["email"], row["ListName"], row["IsUnsubscribed"]) for row in rows] == [
        ("ann@example.org", "news", "false"),
        ("bob@example.org", "news", "true"),
    ]
    assert await emails_of(client, "listrecipient", Unsub="true") == {"bob"}


async def test_messages_with_what_became_of_them(client, working):
    answer = await client.post(
        "/v3.1/send", content=a_call(a_message(CustomID="mine", CustomCampaign="spring"))
    )
    receipt = answer.json()["Messages"][0]["To"][0]
    [row] = await rows_of(client, "message", {"CustomID": "mine", "MessageStatus": [1, 2]})
    assert (row["ID"], row["Recipient"]) == (str(receipt["MessageID"]), receipt["Email"])
    assert (row["UUID"], row["Status"], row["StateID"]) == (receipt["MessageUUID"], "queued", "")
    assert row["CustomID"] == "mine"
    assert row["Campaign"] == "spring"
    assert await rows_of(client, "message", MessageStatus="hardbounced") == []
    assert await rows_of(client, "message", ContactID="5") == []


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"ContactsList": "news"}, "MJ08 Property ContactsList is invalid: not an integer"),
        ({"ContactsList": {}}, "MJ08 Property ContactsList is invalid: The value must be"),
        ({"IsUnsubscribed": "perhaps"}, "MJ08 Property IsUnsubscribed is invalid: neither true nor false"),
        ({"Properties": ["shoe"]}, 'MJ08 Property Properties is invalid: There is no static property "shoe"'),
        ({"Spreadsheet": 7}, "MJ08 Property Spreadsheet is invalid"),
    ],
)
async def test_an_export_that_cannot_be_is_refused(client, people, body, reason):
    answer = await client.post("/v3/REST/contact/export", json=body)
    assert answer.status_code == 400
    assert answer.json()["ErrorInfo"].startswith(reason)
    answer = await client.post("/v3/REST/contact/export", params={"ContactsList": "x"})
    assert answer.status_code == 400


async def test_exports_are_listed_newest_first_in_pages_and_each_kind_alone(client, people, working):
    jobs = [await asked(client, "contact") for _ in range(3)]
    other = await asked(client, "listrecipient")
    page = (await client.get("/v3/REST/contact/export", params={"Limit": 2})).json()
    assert (page["Count"], page["Total"]) == (2, 3)
    assert [row["JobID"] for row in page["Data"]] == [jobs[2], jobs[1]]
    page = (await client.get("/v3/REST/contact/export", params={"Offset": 2})).json()
    assert [row["JobID"] for row in page["Data"]] == [jobs[0]]
    page = (await client.get("/v3/REST/contact/export", params={"countOnly": 1})).json()
    assert page == {"Count": 3, "Data": [], "Total": 3}
    assert (await client.get(f"/v3/REST/contact/export/{other}")).status_code == 404
    row = await polled(client, "contact", jobs[0])
    assert list(row) == ["Count", "Error", "File", "JobEnd", "JobID", "JobStart", "Status"]
    [job] = (await client.get(f"/v3/REST/batchjob/{jobs[0]}")).json()["Data"]
    assert (job["JobType"], job["Count"], job["Status"]) == ("Contact export", 3, "Completed")


async def test_an_export_is_its_account_s_alone(client, stranger, people, working):
    job = await asked(client, "contact")
    row = await polled(client, "contact", job)
    where = row["File"].removeprefix(PUBLIC_URL)
    assert (await client.get(f"{where}/LAST")).status_code == 200
    for path in (where, f"{where}/LAST", f"/v3/REST/contact/export/{job}", f"/v3/REST/batchjob/{job}"):
        assert (await stranger.get(path)).status_code == 404, path
    assert (await stranger.get("/v3/REST/contact/export")).json()["Total"] == 0
    assert await rows_of(stranger, "contact", {"ContactsList": people["news"]}) == []


async def test_a_file_is_there_only_when_it_is_whole(client, people, door, monkeypatch):
    monkeypatch.setattr(export, "FIRST_STEP", 1)
    job = await asked(client, "contact")
    where = f"/v3/DATA/batchjob/{job}/CSVData/text:csv"
    answer = await client.get(where)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/csv")
    [row] = (await client.get(f"/v3/REST/contact/export/{job}")).json()["Data"]
    assert (row["Status"], row["File"], row["JobStart"], row["Count"]) == ("Allocated", "", "", 0)
    [row] = (await client.put(f"/v3/REST/batchjob/{job}", json={"Status": "Abort"})).json()["Data"]
    assert row["Status"] == "Abort"
    assert (await client.get(where)).status_code == 404
    [row] = (await client.get(f"/v3/REST/contact/export/{job}")).json()["Data"]
    assert (row["Status"], row["File"]) == ("Abort", "")


async def test_without_room_an_export_is_put_off(client, door):
    door.accept_fault = StoreFullError("The disk is nearly full.")
    answer = await client.post("/v3/REST/contact/export")
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"])


async def test_a_file_is_read_only_by_whom_its_rows_are_open_to(client, door, working):
    job = await asked(client, "message")
    row = await polled(client, "message", job)
    door.keys.kind = CredentialKind.DOMAIN_TOKEN
    assert (await client.get(row["File"].removeprefix(PUBLIC_URL))).status_code == 403
