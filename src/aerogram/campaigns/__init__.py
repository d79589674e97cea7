"""Campaigns of mail, and their drafts."""
