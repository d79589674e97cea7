"""Work on many contacts at once: durable jobs, a chunk to each commit, and what they read and write."""
