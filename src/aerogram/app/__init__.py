"""Ring 9: settings, building and running. The only package that knows them all."""
