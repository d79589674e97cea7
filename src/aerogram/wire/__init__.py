"""Ring 1: the languages of mail, as pure code without IO."""
