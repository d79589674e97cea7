"""The values of MAIL's and RCPT's parameters, apart from their parser, which can be compiled."""

from __future__ import annotations

from typing import Final

import msgspec


class MailParameters(msgspec.Struct, frozen=True):
    """The parameters of MAIL. Text is "" and ``size`` 0 when absent."""

    size: int = 0
    """The declared size in octets; the client's estimate (RFC 1870 §6)."""
    smtputf8: bool = False
    ret: str = ""
    """``FULL`` or ``HDRS``."""
    envid: str = ""
    """The envelope id, in xtext as received, ready to be passed on."""
    auth: str = ""
    """The submitter that the client names, in xtext; it is not trusted."""


class RcptParameters(msgspec.Struct, frozen=True):
    """The parameters of RCPT; "" when absent."""

    notify: str = ""
    """``NEVER``, or some of ``SUCCESS,FAILURE,DELAY``, in upper case."""
    orcpt: str = ""
    """The original recipient as ``rfc822;ann@example.net``, in xtext as received."""


NO_MAIL_PARAMETERS: Final = MailParameters()
NO_RCPT_PARAMETERS: Final = RcptParameters()
