"""What every door that speaks HTTP is built on: requests, bodies, answers, and who asks."""
