"""Templates, drafts, images and labels."""
