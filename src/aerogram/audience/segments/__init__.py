"""Segments: conditions on contacts in Mailjet's expression language (compatibility: segments#resource)."""
