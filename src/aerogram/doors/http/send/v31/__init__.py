"""``POST /v3.1/send`` as pure code: request bytes to parsed messages with errors, and results to response bytes."""
