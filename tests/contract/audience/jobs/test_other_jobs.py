"""Many contacts of one call, and the copy of a list, on both engines."""

import json

import msgspec
import pytest

from aerogram.audience.jobs import import_list, many_contacts
from aerogram.base.errors import ForbiddenError
from aerogram.jobs.jobs import IN_SANDBOX
from aerogram.model.actor import ActorKind, job_actor
from aerogram.model.job import JobKind
from support.actors import acting, sandboxed
from support.audience_jobs import NEWS, SHOP, csv_of


async def manage(shop, *contacts, lists=((NEWS, "addforce"),)):
    lines = [json.dumps(contact, indent=1).encode() for contact in contacts]
    return await shop.done(await shop.contact_jobs.queue_many(acting(1), lines, lists))


async def test_contacts_are_made_and_put_on_lists(shop):
    job = await manage(
        shop,
        {"Email": "Ann@example.org", "Name": "Ann", "IsExcludedFromCampaigns": True},
        {"email": "bob@example.org", "name": "Bob"},
        lists=[(NEWS, "addforce"), (SHOP, "unsub")],
    )
    assert (job.status, job.count, job.current, job.errcount) == ("Completed", 2, 2, 0)
    assert await shop.contacts() == {"ann@example.org": ("Ann", "", 1), "bob@example.org": ("Bob", "", 0)}
    assert await shop.members() == {"ann@example.org": False, "bob@example.org": False}
    assert await shop.members(SHOP) == {"ann@example.org": True, "bob@example.org": True}


async def test_the_last_word_on_an_address_counts_within_and_across_chunks(shop, monkeypatch):
    monkeypatch.setattr(many_contacts, "CHUNK", 2)
    names = ["one", "two", "three", "four", "five"]
    await manage(shop, *({"Email": "ann@example.org", "Name": name} for name in names))
    assert await shop.contacts() == {"ann@example.org": ("five", "", 0)}


@pytest.mark.parametrize(
    ("contact", "error", "field"),
    [
        ({"Name": "Ann"}, "MJ03 A non-empty value is required", "Email"),
        ({"Email": "ann"}, "Invalid email address", "Email"),
        ({"Email": "a@b.org", "Name": 3}, "The name must be", "Name"),
        ({"Email": "a@b.org", "Properties": {"shoe": 1}}, "Property not defined", "shoe"),
        ({"Email": "a@b.org", "Properties": "{"}, "The properties must be an object", "Properties"),
        ({"Email": "a@b.org", "IsExcludedFromCampaigns": "perhaps"}, "true or false", "IsExcluded"),
    ],
)
async def test_a_faulty_contact_is_told_and_the_others_are_made(shop, contact, error, field):
    job = await manage(shop, contact, {"Email": "bob@example.org"})
    assert (job.status, job.current, job.errcount) == ("Completed", 2, 1)
    [line] = await shop.error_lines(job)
    told = json.loads(line)
    assert error in told["Error"]
    assert told["ErrorField"].startswith(field)
    assert told.items() >= contact.items()
    assert set(await shop.contacts()) == {"bob@example.org"}


async def test_what_is_no_object_is_told(shop):
    job = await manage(shop, "ann@example.org", {"Email": "bob@example.org"})
    assert json.loads((await shop.error_lines(job))[0]) == {"Error": "A contact must be an object"}


COPIES = {
    "addforce": {"ann": False, "bob": False, "eve": False, "zoe": True},
    "addnoforce": {"ann": False, "bob": True, "eve": False, "zoe": True},
    "unsub": {"ann": True, "bob": True, "eve": True, "zoe": True},
    "duplicate-override": {"ann": False, "bob": False, "eve": True, "zoe": True},
    "duplicate-no-override": {"ann": False, "bob": True, "eve": True, "zoe": True},
}
"""What becomes of the target: ann is new to it, bob had left it, eve had left the source and is new, zoe is on
the target alone."""


@pytest.mark.parametrize("method", COPIES)
async def test_what_each_way_of_copying_a_list_does(shop, method, monkeypatch):
    monkeypatch.setattr(import_list, "CHUNK", 2)

    async def put(names, method, list_id):
        rows = csv_of(*(f"{name}@example.org" for name in names), header="email")
        await shop.done(await shop.queue_import(rows, method=method, list_id=list_id))

    await put(["ann", "bob"], "addforce", SHOP)
    await put(["eve"], "unsub", SHOP)
    await put(["bob", "zoe"], "unsub", NEWS)
    values = {"job_type": "x", "ref_id": NEWS, "method": method, "options": f'{{"source":{SHOP}}}'}
    job = await shop.done(await shop.jobs.queue(acting(1), JobKind.IMPORT_LIST, values))
    assert (job.status, job.current, job.count) == ("Completed", 3, 3)
    assert await shop.members() == {f"{name}@example.org": out for name, out in COPIES[method].items()}


async def test_a_job_acts_for_whoever_asked_for_it(shop):
    asked_by = msgspec.structs.replace(sandboxed(1), request_id="a-request")
    values = {"job_type": "x", "ref_id": NEWS}
    queued = await shop.jobs.queue(asked_by, JobKind.EXPORT_CONTACTS, values)
    job = await shop.jobs.find(acting(1), queued.id)
    assert job == queued
    actor = job_actor(job)
    assert (actor.account_id, actor.kind, actor.job_id) == (1, ActorKind.JOB, job.id)
    assert actor.label == f"job {job.id}, asked for by API key x"
    assert (actor.request_id, actor.is_sandboxed) == ("a-request", True)
    other = await shop.jobs.queue(acting(1), JobKind.IMPORT_LIST, values)
    assert not job_actor(other).is_sandboxed
    for kind in set(JobKind) - IN_SANDBOX:
        with pytest.raises(ForbiddenError, match="in the sandbox"):
            await shop.jobs.queue(asked_by, kind, values)


async def test_a_job_of_the_sandbox_leaves_live_contacts_as_they_are_and_says_so(shop):
    await manage(shop, {"Email": "live@example.org", "Name": "Live"})
    lines = [json.dumps({"Email": f"{name}@example.org", "Name": "x"}).encode() for name in ("own", "live")]
    job = await shop.done(await shop.contact_jobs.queue_many(sandboxed(1), lines, []))
    assert (job.status, job.current, job.errcount) == ("Completed", 2, 1)
    assert await shop.contacts() == {"live@example.org": ("Live", "", 0), "own@example.org": ("x", "", 0)}
    [refusal] = [each async for each in shop.jobs.refusals(job) if each.item > 0]
    assert refusal.item == 2
    assert "in the sandbox" in refusal.text
    # What it made is its own.
    again = await shop.done(await shop.contact_jobs.queue_many(sandboxed(1), lines[:1], []))
    assert again.errcount == 0


async def test_no_job_of_the_sandbox_works_on_a_live_list(shop):
    with pytest.raises(ForbiddenError, match="in the sandbox"):
        await shop.contact_jobs.queue_many(sandboxed(1), [b"{}"], [(NEWS, "addforce")])


async def test_only_jobs_of_the_sandbox_are_cancelled_from_it(shop):
    values = {"job_type": "x", "ref_id": NEWS}
    live = await shop.jobs.queue(acting(1), JobKind.IMPORT_LIST, values)
    own = await shop.jobs.queue(sandboxed(1), JobKind.EXPORT_CONTACTS, values)
    with pytest.raises(ForbiddenError, match="in the sandbox"):
        await shop.jobs.cancel(sandboxed(1), live.id)
    assert (await shop.jobs.find(acting(1), live.id)).status == live.status
    assert await shop.jobs.cancel(sandboxed(1), own.id)
