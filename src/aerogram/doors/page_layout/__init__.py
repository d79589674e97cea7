"""The layout of the pages that links lead to: one card, text in the visitor's language, no scripts."""
