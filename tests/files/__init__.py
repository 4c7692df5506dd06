"""Files for tests, made on the spot, and a reader for one kind."""
