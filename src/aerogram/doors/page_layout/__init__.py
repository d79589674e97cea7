"""Small pages for whoever follows a link: one card, words in the reader's language, no scripts."""
