"""Exports: jobs that write rows to files."""
