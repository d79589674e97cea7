"""Ring 3: what is kept. All SQL lives here and nowhere else."""
