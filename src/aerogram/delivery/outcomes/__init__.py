"""What an attempt comes to: reply, class, retry, record."""
