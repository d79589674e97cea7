"""``POST /v3/send`` as pure code: request bytes to parsed messages or one error, and results to response bytes.

Specific to v3: property names, addresses as header-style strings, and responses that report only success of the
whole call.
"""
