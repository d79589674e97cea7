"""Fits a mail to the next hop before it is signed: lines of at most 998 octets, and 7-bit bytes where needed."""
