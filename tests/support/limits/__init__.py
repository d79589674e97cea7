"""For each limit of the table, a probe at each door: it uses as much as it is told to, and gives what it was answered."""
