"""Mail to senders about their mail: delivery status notifications and template error reports."""
