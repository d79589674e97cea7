"""Double opt-in for the world: the form of a widget, the mail that it sends, the page that confirms."""
