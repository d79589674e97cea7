"""``DELETE /v4/contacts/{id}``: erase a contact (compatibility: contacts#erasure)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aerogram.doors.rest.engine.calls import OK, Response
from aerogram.doors.rest.errors import RestError
from aerogram.doors.rest.fields.kinds import integer_of
from aerogram.doors.rest.route import Route
from aerogram.model.account import Area, Level

if TYPE_CHECKING:
    from aerogram.audience.erasure import Erasures
    from aerogram.audience.services import Audience
    from aerogram.doors.rest.engine.calls import RouteCall


PATHS: Final = ("/v4/contacts/{contact_id}", "/v4/REST/contacts/{contact_id}")
"""The documented path, and the one that node-mailjet calls."""


def contact_erasure(audience: Audience) -> list[Route]:
    """Bind the routes to the erasures."""
    return [
        Route(
            method="DELETE",
            path=path,
            area=Area.CONTACTS,
            level=Level.FULL,
            in_sandbox=True,
            summary="Erase a contact and all their personal data; an unknown ID is no error.",
            run=lambda call: _erase(audience.erasures, call),
        )
        for path in PATHS
    ]


async def _erase(erasures: Erasures, call: RouteCall) -> Response:
    contact_id = integer_of(call.parts["contact_id"])
    if contact_id is None:
        raise RestError(400, "Erasing a contact needs a numeric ID.")
    await erasures.erase(call.actor, contact_id)
    return Response(OK, headers=((b"x-mj-request-guid", call.actor.request_id.encode()),))
