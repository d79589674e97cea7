"""What is asked of a collection: filters, order and page."""
