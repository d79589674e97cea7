"""Tell the code page of a few lines beyond ASCII."""
