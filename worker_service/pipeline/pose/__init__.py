"""Step 1: one athlete's landmarks over time, from a video file."""
