"""The worker service: what its tasks are, what they run on, how many there are."""
