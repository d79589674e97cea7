"""The audience of an account: contacts, their properties, lists, segments, subscriptions and erasure."""
