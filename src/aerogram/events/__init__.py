"""The event log: its readers, and the mechanism by which they miss no event and count none twice."""
