"""Every limit of the SMTP server, each with its source. Sizes are in octets, times in seconds."""

from __future__ import annotations

from typing import Final

MAX_COMMAND_LINE: Final = 2_048
"""A command line with its CRLF. RFC 5321 §4.5.3.1.4 requires 512; parameters lengthen MAIL and RCPT
(§4.5.3.1.4 last sentence): SIZE 26, SMTPUTF8 10 (and longer addresses), BODY 17, ENVID 107, RET 9
(RFC 3461 §4.4), AUTH 500 (RFC 4954 §5), ORCPT 500 and NOTIFY 28 (RFC 3461 §4). All together stay
below 2,048, which is also Postfix's ``line_length_limit``."""

MAX_AUTH_LINE: Final = 12_288
"""A line of an authentication exchange with its CRLF (RFC 4954 §4). While a line end is due, nothing longer
is buffered: the server closes the connection."""

MAX_REPLY_LINE: Final = 512
"""A reply line with code and CRLF (RFC 5321 §4.5.3.1.5)."""

MAX_PATH: Final = 256
"""A path with its angle brackets, source route and separators (RFC 5321 §4.5.3.1.3)."""

MAX_LOCAL_PART: Final = 64
"""RFC 5321 §4.5.3.1.1."""

MAX_DOMAIN: Final = 255
"""RFC 5321 §4.5.3.1.2."""

MAX_LABEL: Final = 63
"""One label of a domain (RFC 1035 §2.3.4)."""

MAX_MESSAGE_BYTES: Final = 15_728_640
"""Mailjet's ``SIZE`` (15 MiB). Counted as in RFC 1870 §5: without the dots added for transparency."""

MAX_RECIPIENTS: Final = 1_000
"""Recipients of one message. RFC 5321 §4.5.3.1.8 requires at least 100; Postfix allows 1,000."""

MAX_RECIPIENTS_OVERSHOOT: Final = 1_000
"""Excess recipients that are refused before each further one counts as an error, so that a client that
pipelines its whole list is not treated as hostile (Postfix ``smtpd_recipient_overshoot_limit``)."""

MAX_ERRORS: Final = 20
"""Errors in one session; after them it ends with 421 (Postfix ``smtpd_hard_error_limit``)."""

MAX_COMMANDS_WITHOUT_MESSAGE: Final = 100
"""NOOP, RSET, VRFY, HELP, EHLO and empty chunks between two messages before each further one counts
as an error (Postfix ``smtpd_junk_command_limit``)."""

MAX_ENVID: Final = 100
"""RFC 3461 §4.4."""

MAX_ORCPT: Final = 500
"""RFC 3461 §4.2."""

MAX_AUTH_PARAMETER: Final = 500
"""The value of MAIL's AUTH parameter (RFC 4954 §5)."""

MAX_SIZE_DIGITS: Final = 20
"""Digits of SIZE and of a chunk's size (RFC 1870 §5, RFC 3030 §2)."""

MAX_DISCARDED_BYTES: Final = 67_108_864
"""How many bytes of an oversized message the server reads before it closes the connection (ours: 64 MiB;
reading on lets a well-behaved client see its 552)."""

READ_AHEAD_BYTES: Final = 65_536
"""Pipelined input above which the host should stop reading while an event is unanswered (ours)."""

MAX_READ_AHEAD_BYTES: Final = 1_048_576
"""Pipelined input buffered while an event is unanswered; a client that sends more is cut off (ours)."""

MAX_UNREAD_SECONDS: Final = 60
"""How long a client may leave replies unread before it is cut off (ours): its system buffers hold thousands of
replies, so it has stopped reading, or sends commands that it does not mean."""

MAX_TRANSCRIPT_BYTES: Final = 8_192
"""The transcript that is stored with a message (ours)."""

IDLE_SECONDS: Final = 300
"""How long a host waits for the next command (RFC 5321 §4.5.3.2.7)."""

DATA_SECONDS: Final = 600
"""How long one message may take to arrive (ours; RFC 5321 §4.5.3.2.5 gives 180 to one block)."""
