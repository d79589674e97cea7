"""Who asks, in tests that call services: the operator, unless a test makes another actor."""

from aerogram.model.actor import EVERY_ACCOUNT, operator_actor


def acting(account_id=EVERY_ACCOUNT):
    """Give the operator acting for an account."""
    return operator_actor(account_id)
