"""Drafts of calls as submissions of a caller who may send all of them."""

from aerogram.doors.http import send_v3, send_v31
from aerogram.doors.http.v3 import call as v3
from aerogram.doors.http.v31 import call as v31
from aerogram.model.actor import actor_of
from aerogram.model.decision import Allow


class AnySender:
    """A book of senders in which everybody stands."""

    def allows(self, *_):
        return True


def v3_submissions(drafts, principal, transcript):
    return v3.submissions(_authorised(drafts, principal, transcript, send_v3.DOOR))


def v31_submissions(drafts, principal, transcript):
    return v31.submissions(_authorised(drafts, principal, transcript, send_v31.DOOR))


def _authorised(drafts, principal, transcript, door):
    actor = actor_of(principal, door)
    decision = Allow(is_sandboxed=actor.is_sandboxed)
    return [(draft.request(actor, transcript), decision) for draft in drafts]
