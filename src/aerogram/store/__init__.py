"""Ring 3: storage. All SQL lives here and nowhere else."""
