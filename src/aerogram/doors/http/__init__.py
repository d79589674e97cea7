"""The HTTP doors: Send API, management API, health and metrics."""
