"""The Content API below ``/v1/``: templates with versions, labels, images, and tokens for access to them."""
