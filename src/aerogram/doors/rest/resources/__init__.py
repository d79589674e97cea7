"""One file for each resource: its declaration, and the adapter to the service with its rules."""
