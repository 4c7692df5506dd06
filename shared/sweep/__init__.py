"""Pushes what nobody moves: `sweeper.py` has the steps, `rows.py` the queries, `letters.py` SQS."""
