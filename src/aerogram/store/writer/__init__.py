"""Makes accepted rows durable: in this process, or in the one writer process of a server on SQLite."""
