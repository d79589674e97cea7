"""The Content API: templates with versions, labels, images, and tokens that open them, below ``/v1/``."""
