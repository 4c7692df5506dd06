"""`make bench`: speed beside a peer in the same run, because machines are noisy."""
