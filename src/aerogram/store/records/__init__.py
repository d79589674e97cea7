"""Units of work by noun: every statement that the product runs."""
