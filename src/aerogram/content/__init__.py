"""Ring 5: the content of mail, from templates to final bytes."""
