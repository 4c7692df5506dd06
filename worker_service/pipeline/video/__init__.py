"""Reading videos: what a file is, and its pictures upright and on time. PyAV stays in here."""
