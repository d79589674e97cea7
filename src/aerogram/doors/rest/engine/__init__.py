"""The engine that serves the resources: it reads a request, runs it and writes the response."""
