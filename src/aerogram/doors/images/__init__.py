"""The image URLs in mail."""
