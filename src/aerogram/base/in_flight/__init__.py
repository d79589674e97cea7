"""Budgets for the bytes that clients make a process hold, in memory and in files."""
