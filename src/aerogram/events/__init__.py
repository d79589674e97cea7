"""What happened: the readers of the log, and the one mechanism by which they miss nothing and count nothing twice."""
