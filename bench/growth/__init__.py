"""What the depth of the queue costs: the same work over queues of very different lengths."""
