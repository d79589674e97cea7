"""``POST /v3.1/send`` as pure code: bytes of a request in, drafts with their errors out, bytes of the answer."""
