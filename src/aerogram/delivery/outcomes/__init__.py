"""What follows from an attempt: classification, retry, change and record."""
