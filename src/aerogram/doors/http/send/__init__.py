"""The Send API: both versions, and what they share."""
