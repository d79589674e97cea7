"""What the links in mails lead to: the picture of an open, the way of a click, the page to unsubscribe."""
