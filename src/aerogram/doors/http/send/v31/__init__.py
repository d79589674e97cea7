"""``POST /v3.1/send`` as pure code: bytes of a request in, submissions or mistakes out, bytes of the answer."""
