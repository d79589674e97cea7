"""Campaigns that mail made, on both engines."""

import pytest

from aerogram.base.errors import NotFoundError
from aerogram.campaigns.campaigns import Campaigns
from aerogram.model.page import PageRequest
from aerogram.store.blobs import DiskBlobs
from aerogram.store.records.senders import senders
from aerogram.submission.accept import Acceptor
from support.actors import acting
from support.submissions import a_submission

ACCOUNT, STRANGER = 1, 2
ANN, DOMAIN, DELETED = 101, 102, 103


@pytest.fixture
def campaigns(database):
    return Campaigns(database)


@pytest.fixture(autouse=True)
async def mail(database, tmp_path, ids, clock):
    """A campaign from ann@example.org, one from eve@example.org, one from a domain of nobody's, one of a stranger."""
    acceptor = Acceptor(
        database,
        DiskBlobs(tmp_path / "blobs"),
        ids,
        clock,
        check_room=lambda: None,
        on_accepted=lambda _: None,
    )
    sent = [
        (1, "spring", "Ann@example.org"),
        (1, "summer", "eve@example.org"),
        (1, "autumn", "a@example.net"),
    ]
    for account_id, name, sender in [*sent, (2, "winter", "a@example.net")]:
        await acceptor.accept([a_submission(account_id=account_id, campaign=name, from_email=sender)])
    for sender_id, email in ((ANN, "ann@example.org"), (DOMAIN, "*@example.org")):
        row = senders.active_sender(sender_id, ACCOUNT, email, 0)
        await database.write(lambda row=row: senders.activate(row))


async def names(campaigns, **conditions):
    rows, total = await campaigns.page(acting(ACCOUNT), PageRequest(conditions, 10))
    assert len(rows) == total
    return [row["name"] for row in rows]


async def test_an_account_sees_its_own_with_the_sender_of_today(campaigns):
    rows, total = await campaigns.page(acting(ACCOUNT), PageRequest({}, 10))
    assert [(row["name"], row["sender_id"]) for row in rows] == [
        ("spring", ANN),
        ("summer", DOMAIN),
        ("autumn", None),
    ]
    assert total == 3


@pytest.mark.parametrize(
    ("conditions", "found"),
    [
        ({"sender_id": ANN}, ["spring"]),
        ({"sender_id": DOMAIN}, ["spring", "summer"]),
        ({"sender_id": DELETED}, []),
        ({"sender_id": ANN, "from_email": "ann@example.org"}, ["spring"]),
        ({"sender_id": ANN, "from_email": "eve@example.org"}, []),
        ({"sender_id": DOMAIN, "from_email": "eve@example.org"}, ["summer"]),
        ({"nothing": True}, []),
    ],
)
async def test_a_sender_selects_by_its_address_or_domain(campaigns, conditions, found):
    assert await names(campaigns, **conditions) == found


async def test_a_campaign_is_starred_and_hidden(campaigns):
    [row], _ = await campaigns.page(acting(ACCOUNT), PageRequest({"name": "spring"}, 10))
    await campaigns.change(acting(ACCOUNT), row["id"], {"is_starred": True, "is_deleted": True})
    assert await names(campaigns, is_starred=1, is_deleted=1) == ["spring"]
    with pytest.raises(NotFoundError):
        await campaigns.change(acting(STRANGER), row["id"], {"is_starred": True})
