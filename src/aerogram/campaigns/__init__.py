"""Many letters at once: drafts of campaigns, and the campaigns that mail belongs to."""
