"""`docs/metrics.md`, written from the data that the pipeline itself reads: `make docs`."""
