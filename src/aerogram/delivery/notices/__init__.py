"""Mail to senders about their mail: delivery status and template errors."""
