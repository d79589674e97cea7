"""The kinds of property: how each is read, compared, shown and described."""
