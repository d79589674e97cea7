"""Connections to other servers, and the destination queues that feed them."""
