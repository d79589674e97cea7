"""Drafts of calls as submissions of a caller who may send all of them."""

from aerogram.doors.http.send.shared.parsed_message import submissions
from aerogram.doors.http.send.v3.version import SendV3
from aerogram.doors.http.send.v31.version import SendV31
from aerogram.model.actor import actor_of
from aerogram.model.decision import Allow


class AnySender:
    """A book of senders in which everybody stands."""

    def allows(self, *_):
        return True


def v3_submissions(messages, principal, transcript):
    return _submissions(SendV3, messages, principal, transcript)


def v31_submissions(messages, principal, transcript):
    return _submissions(SendV31, messages, principal, transcript)


def _submissions(version, messages, principal, transcript):
    actor = actor_of(principal, version.door)
    decision = Allow(is_sandboxed=actor.is_sandboxed)
    return submissions(
        [(parsed.request(actor, transcript), decision, parsed.errors) for parsed in messages],
        version.too_large,
    )
