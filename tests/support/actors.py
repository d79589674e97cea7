"""Who asks, in tests that call services: the operator, unless a test makes another actor."""

from aerogram.model.account import CredentialKind, Principal, SendDefaults
from aerogram.model.actor import EVERY_ACCOUNT, actor_of, actors_of, operator_actor
from aerogram.model.member import Member, Role


def acting(account_id=EVERY_ACCOUNT):
    """Give the operator acting for an account."""
    return operator_actor(account_id)


def everyone():
    """Give the scope of the operator, who looks into every account."""
    return (acting(),)


def looking_into(*account_ids, role=Role.OWNER, user_id=9):
    """Give the scope of a person who is a member of some accounts."""
    roles = dict.fromkeys(account_ids, role)
    return actors_of(Member(user_id=user_id, email="ann@example.org", roles=roles), "web")


def sandboxed(account_id):
    """Give the actor of a sandbox key."""
    defaults = SendDefaults(is_sandboxed=True)
    key = Principal(account_id=account_id, kind=CredentialKind.API_KEY, label="API key x", defaults=defaults)
    return actor_of(key, "rest")
