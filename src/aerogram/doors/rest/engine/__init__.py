"""What serves the resources: a request is read, carried out and answered."""
