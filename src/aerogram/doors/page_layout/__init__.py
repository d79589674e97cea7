"""The layout of the pages behind links: one card, words in the visitor's language, no scripts."""
