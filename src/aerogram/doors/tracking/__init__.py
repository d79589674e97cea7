"""The targets of links in mail: the open pixel, the click redirect and the unsubscribe page."""
