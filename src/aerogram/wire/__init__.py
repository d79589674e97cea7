"""Ring 1: mail's formats and protocols as pure code without IO."""
