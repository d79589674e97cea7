"""``POST /v3/send`` as pure code: bytes of a request in, drafts or one refusal out, bytes of the answer.

Its own are the properties, the addresses as header-style strings, and an answer that knows success of the
whole call only.
"""
