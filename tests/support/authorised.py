"""Drafts of calls as submissions of a caller who may send all of them."""

from aerogram.doors.http.send.shared.draft import submissions
from aerogram.doors.http.send.v3.version import SendV3
from aerogram.doors.http.send.v31.version import SendV31
from aerogram.model.actor import actor_of
from aerogram.model.decision import Allow


class AnySender:
    """A book of senders in which everybody stands."""

    def allows(self, *_):
        return True


def v3_submissions(drafts, principal, transcript):
    return _submissions(SendV3, drafts, principal, transcript)


def v31_submissions(drafts, principal, transcript):
    return _submissions(SendV31, drafts, principal, transcript)


def _submissions(version, drafts, principal, transcript):
    actor = actor_of(principal, version.door)
    decision = Allow(is_sandboxed=actor.is_sandboxed)
    return submissions(
        [(draft.request(actor, transcript), decision, draft.errors) for draft in drafts], version.too_large
    )
