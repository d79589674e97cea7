"""``POST /v3/send`` as pure code: bytes of a request in, submissions or one refusal out, bytes of the answer.

What it shares with v3.1 it takes from there: texts, headers, attachments. Its own are the names of the
properties, the addresses as header-style strings, and an answer that knows success of the whole call only.
"""
