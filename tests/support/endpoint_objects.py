"""Objects that calls of a specification speak of by a name in braces, made when they are needed."""

import re
from typing import Any

from aerogram.model.event import EventKind
from aerogram.store.records.messages.outcomes import Change, append_events
from support.calls import a_call, a_message
from support.http_door import ACCOUNT
from support.waiting import until

CSV = b"email,city\nann@example.net,Paris\nnobody,Rome\n"
_names = re.compile(r"\{(\w+)\}").findall


class Objects:
    """What one test has made: by its name in braces, the key that paths and bodies have in place of it."""

    def __init__(self, door, client):
        self._door, self._client = door, client
        self._made: dict[str, Any] = {}

    async def filled(self, told):
        """Put keys in place of names; a text that is a name and nothing else becomes the key itself."""
        if isinstance(told, dict):
            return {name: await self.filled(value) for name, value in told.items()}
        if isinstance(told, list):
            return [await self.filled(value) for value in told]
        if not isinstance(told, str):
            return told
        for name in _names(told):
            if name not in self._made:
                self._made[name] = await getattr(self, f"_{name}")()
        name = told[1:-1]
        return self._made[name] if told == f"{{{name}}}" else told.format(**self._made)

    async def _created(self, resource, key="ID", **properties):
        answer = await self._client.post(f"/v3/REST/{resource}", json=await self.filled(properties))
        assert answer.status_code == 201, answer.text
        return answer.json()["Data"][0][key]

    async def _contact(self):
        return await self._created("contact", Email="ana@example.com", Name="Ana")

    async def _property(self):
        return await self._created("contactmetadata", Name="age", Datatype="int")

    async def _list(self):
        return await self._created("contactslist", Name="News")

    async def _address(self):
        return (await self._read("contactslist/{list}"))["Address"]

    async def _deleted(self):
        list_id = await self._created("contactslist", Name="Gone")
        await self._client.delete(f"/v3/REST/contactslist/{list_id}")
        return list_id

    async def _membership(self):
        return await self._created("listrecipient", ContactID="{contact}", ListID="{list}")

    async def _other(self):
        return await self._created("contactslist", Name="Other")

    async def _job(self):
        contacts = [{"Email": "bea@example.com"}]
        return await self._created("contact/managemanycontacts", "JobID", Contacts=contacts)

    async def _list_job(self):
        asked = {"Action": "addforce", "Contacts": [{"Email": "bea@example.com"}]}
        return await self._created(
            "contactslist/{list}/managemanycontacts".format(list=await self.filled("{list}")),
            "JobID",
            **asked,
        )

    async def _copy_job(self):
        path = await self.filled("contactslist/{list}/importlist")
        return await self._created(path, "JobID", Action="addforce", ListID="{other}")

    async def _file(self):
        path = await self.filled("/v3/DATA/contactslist/{list}/CSVData/text:plain")
        answer = await self._client.post(path, content=CSV, headers={"content-type": "text/plain"})
        return answer.json()["ID"]

    async def _import(self):
        import_id = await self._created(
            "csvimport", ContactsListID="{list}", DataID="{file}", Method="addforce"
        )

        async def is_over():
            return (await self._read(f"csvimport/{import_id}"))["Status"] == "Completed"

        await until(is_over, "the end of the import")
        return import_id

    async def _draft(self):
        return await self._created("campaigndraft", Locale="en_US", Subject="Hi", ContactsListID="{list}")

    async def _template(self):
        return await self._created("template", Name="Welcome")

    async def _segment(self):
        return await self._created("contactfilter", Name="Adults", Expression="(age>=18)")

    async def _callback(self):
        return await self._created("eventcallbackurl", EventType="open", Url="https://hooks.example.com/")

    async def _route(self):
        return await self._created("parseroute", Url="https://hooks.example.com/in", Email="in@example.com")

    async def _sender(self):
        return await self._created("sender", Email="ann@example.net")

    async def _message(self):
        answer = await self._client.post("/v3.1/send", content=a_call(a_message()))
        message_id = answer.json()["Messages"][0]["To"][0]["MessageID"]
        opened = Change(
            message_id=message_id,
            account_id=ACCOUNT,
            lease=0,
            state=0,
            due_ms=0,
            attempts=1,
            event_kind=EventKind.SENT,
            is_live=True,
            failure=0,
            reply="",
        )
        await self._door.database.write(lambda: append_events([opened], 0))
        return message_id

    async def _campaign(self):
        await self._client.post("/v3.1/send", content=a_call(a_message(CustomCampaign="mj.nl=123")))
        return (await self._read("campaign/mj.nl=123"))["ID"]

    async def _read(self, path):
        answer = await self._client.get(f"/v3/REST/{await self.filled(path)}")
        return answer.json()["Data"][0]
