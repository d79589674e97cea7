"""The inbox pages and their JSON API."""
