"""One command, or one noun with its commands, a file; imported only when it is called."""
