"""Field types: how each is read, compared, shown and described."""
