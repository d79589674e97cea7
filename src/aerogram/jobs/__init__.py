"""Ring 4: jobs, work that outlives its request: leases, progress and cancellation."""
