"""Every limit of the SMTP server, each with its source. Sizes are in octets, times in seconds."""

from __future__ import annotations

from typing import Final

MAX_COMMAND_LINE: Final = 2_048
"""A command line with its CRLF. RFC 5321 §4.5.3.1.4 demands 512; parameters lengthen MAIL and RCPT
(§4.5.3.1.4 last sentence): SIZE 26, SMTPUTF8 10 (and longer addresses), BODY 17, ENVID 107, RET 9
(RFC 3461 §4.4), AUTH 500 (RFC 4954 §5), ORCPT 500 and NOTIFY 28 (RFC 3461 §4). All together stay
below 2,048, which is also Postfix's ``line_length_limit``."""

MAX_AUTH_LINE: Final = 12_288
"""A line of an authentication exchange with its CRLF (RFC 4954 §4). Nothing longer is ever buffered
while a line end is awaited: whoever sends more is hung up on."""

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

MAX_TEXT_LINE: Final = 1_000
"""A line of a message with its CRLF (RFC 5321 §4.5.3.1.6). Longer lines are not refused: HTML mail
breaks this rule daily; memory is bounded by the size of the message instead."""

MAX_MESSAGE_BYTES: Final = 15_728_640
"""Mailjet's ``SIZE`` (15 MiB). Counted as RFC 1870 §5 says: without the dots added for transparency."""

MAX_RECIPIENTS: Final = 1_000
"""Recipients of one message. RFC 5321 §4.5.3.1.8 demands at least 100; Postfix allows 1,000."""

MAX_RECIPIENTS_OVERSHOOT: Final = 1_000
"""Recipients refused as too many before each further one counts as an error, so that a client that
pipelines its whole list is not taken for a hostile one (Postfix ``smtpd_recipient_overshoot_limit``)."""

MAX_ERRORS: Final = 20
"""Errors of one session; then it ends with 421 (Postfix ``smtpd_hard_error_limit``)."""

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
"""How far the end of a message beyond its permitted size is looked for before the server hangs up
(ours: 64 MiB; reading on is what lets a well-meant client see its 552)."""

READ_AHEAD_BYTES: Final = 65_536
"""Pipelined input beyond which the host should stop reading while an event waits (ours)."""

MAX_READ_AHEAD_BYTES: Final = 1_048_576
"""Pipelined input kept while an event waits; a client that sends more is cut off (ours)."""

MAX_TRANSCRIPT_BYTES: Final = 8_192
"""The conversation told with a message (ours)."""

IDLE_SECONDS: Final = 300
"""How long a host waits for the next command (RFC 5321 §4.5.3.2.7)."""

DATA_SECONDS: Final = 600
"""How long a host lets one message arrive (ours; RFC 5321 §4.5.3.2.5 gives 180 to one block)."""
