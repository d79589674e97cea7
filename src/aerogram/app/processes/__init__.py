"""A server of several processes: which there are, how they are started, watched and stopped."""
