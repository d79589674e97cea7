"""What readers do with a mail: opened, clicked, unsubscribed, reported as spam."""
