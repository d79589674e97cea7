"""Senders, keys, people and routes, by Mailjet's own Python SDK."""

import contextlib
import itertools

import pytest
from mailjet_rest import Client
from mailjet_rest.errors import DoesNotExistError, MailjetApiError, ValidationError

_numbers = itertools.count()


@pytest.fixture
def mailjet(post):
    """A client of the first account; on SQLite, and on PostgreSQL."""
    key = (post.server.settings["api_key"], post.server.settings["secret_key"])
    with contextlib.closing(Client(auth=key, version="v3", api_url=f"{post.server.url}/")) as client:
        yield client


@pytest.fixture
def domain():
    """A domain that no other test uses."""
    return f"d{next(_numbers)}.example.net"


def test_a_sender_is_claimed_described_and_deleted(mailjet, domain):
    email = f"ann@{domain}"
    answer = mailjet.sender.create(data={"Email": email, "Name": "Ann", "EmailType": "transactional"})
    assert answer.status_code == 201
    (made,) = answer.json()["Data"]
    assert made["Status"] == "Inactive"
    with pytest.raises(
        ValidationError, match="There is an already existing inactive sender with the same email"
    ):
        mailjet.sender.create(data={"Email": email})
    assert mailjet.sender.update(id=made["ID"], data={"Name": "Ann"}).status_code == 304
    (changed,) = mailjet.sender.update(id=made["ID"], data={"Name": "Bea"}).json()["Data"]
    assert mailjet.sender.get(filters={"Email": email}).json()["Data"] == [changed]
    (found,) = mailjet.sender_validate.create(id=made["ID"], data={}).json()["Data"]
    assert found["ValidationMethod"] == ""
    assert mailjet.sender.delete(id=made["ID"]).status_code == 204
    assert mailjet.sender.get(id=made["ID"]).json()["Data"][0]["Status"] == "Deleted"
    (dns,) = mailjet.dns.get(id=domain).json()["Data"]
    assert (dns["Domain"], dns["ID"]) == (domain, made["DNSID"])


def test_a_sub_account_is_made_and_its_key_opens_it(mailjet, post, domain):
    (made,) = mailjet.apikey.create(data={"Name": domain}).json()["Data"]
    own = (made["APIKey"], made["SecretKey"])
    with contextlib.closing(Client(auth=own, version="v3", api_url=f"{post.server.url}/")) as sub:
        assert [row["ID"] for row in sub.apikey.get().json()["Data"]] == [made["ID"]]
        assert sub.sender.get().json()["Total"] == 0
        with pytest.raises(MailjetApiError, match="Operation not allowed"):
            sub.apikey.create(data={"Name": "another"})
        with pytest.raises(DoesNotExistError):
            sub.apikey.get(id=mailjet.apikey.get(filters={"IsMaster": True}).json()["Data"][0]["ID"])
    assert mailjet.apikey.get(id=made["APIKey"]).json()["Data"] == [made | {"SecretKey": ""}]


def test_the_user_and_the_profile_are_read_and_written(mailjet):
    (user,) = mailjet.user.get().json()["Data"]
    assert user["Email"] == "admin@mail.example.com"
    (profile,) = mailjet.myprofile.get().json()["Data"]
    name = f"Company {next(_numbers)}"
    (changed,) = mailjet.myprofile.update(id=profile["ID"], data={"CompanyName": name}).json()["Data"]
    assert changed["CompanyName"] == name


def test_a_route_is_made_and_removed(mailjet, domain):
    (made,) = mailjet.parseroute.create(data={"Url": "https://hooks.example.net/in"}).json()["Data"]
    assert made["Email"].endswith("@parse.mail.example.com")
    assert mailjet.parseroute.delete(id=made["ID"]).status_code == 204


def test_a_campaign_is_found_by_its_name(mailjet, post, domain):
    message = {
        "FromEmail": "orders@example.com",
        "Recipients": [{"Email": f"ann@{domain}"}],
        "Subject": "Hi",
        "Text-part": "Hi",
        "Mj-campaign": domain,
    }
    mailjet.send.create(data=message)
    (campaign,) = mailjet.campaign.get(id=domain).json()["Data"]
    assert (campaign["CustomValue"], campaign["Subject"]) == (domain, "Hi")
    (starred,) = mailjet.campaign.update(id=campaign["ID"], data={"IsStarred": True}).json()["Data"]
    assert starred["IsStarred"] is True
