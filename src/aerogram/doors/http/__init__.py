"""The HTTP door: send API, health, metrics."""
