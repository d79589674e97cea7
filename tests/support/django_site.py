"""A small Django site with Anymail in it: its Mailjet backend sends, its webhook view listens."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Self
from wsgiref.simple_server import WSGIRequestHandler, make_server

from django.urls import include, path

from support.django_setup import WEBHOOK_SECRET
from support.waiting import wait_for

if TYPE_CHECKING:
    from anymail.signals import AnymailTrackingEvent

urlpatterns = [path("anymail/", include("anymail.urls"))]


class TrackingSite:
    """Serves Anymail's tracking webhook over HTTP and keeps the events it makes of the calls."""

    def __init__(self) -> None:
        from django.core.wsgi import get_wsgi_application

        self.events: list[AnymailTrackingEvent] = []
        self._server = make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=_QuietHandler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})

    @property
    def url(self) -> str:
        """Where Mailjet is to be told to report, with the secret that Anymail wants to see."""
        return f"http://{WEBHOOK_SECRET}@127.0.0.1:{self._server.server_port}/anymail/mailjet/tracking/"

    def __enter__(self) -> Self:
        from anymail.signals import tracking

        tracking.connect(self._record)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        from anymail.signals import tracking

        tracking.disconnect(self._record)
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _record(self, event: AnymailTrackingEvent, **_: object) -> None:
        self.events.append(event)

    def event(self, recipient: str, event_type: str, seconds: float = 20.0) -> AnymailTrackingEvent:
        """Wait for an event of this type about this recipient."""

        def found() -> AnymailTrackingEvent | None:
            asked = (recipient, event_type)
            return next((each for each in self.events if (each.recipient, each.event_type) == asked), None)

        try:
            return wait_for(found, f"event {event_type!r} of {recipient}", seconds)
        except AssertionError as error:
            error.add_note(f"What came instead: {self.events_of(recipient)}")
            raise

    def events_of(self, recipient: str) -> list[str]:
        """Give the types of a recipient's events in the order of their arrival."""
        return [each.event_type for each in self.events if each.recipient == recipient]


class _QuietHandler(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        pass
