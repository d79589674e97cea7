"""Conversations with other servers, and the queues before them."""
