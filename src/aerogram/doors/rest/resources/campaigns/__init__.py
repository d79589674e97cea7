"""Resources of campaigns, newsletters and their drafts."""
