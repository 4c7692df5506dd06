"""What operators see and do: the overview, stuck jobs, dead letters."""
