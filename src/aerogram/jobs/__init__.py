"""Ring 4: work that outlives its request, whatever it is: leases, progress, cancellation."""
