"""Faults at named points of an attempt, for tests only: the product knows nothing of them.

`points.py` lists the points, `orders.py` is how a test asks for a fault and how a worker meets it,
`parts.py` wraps what a worker reaches outside, `worker.py` is the program. `outages.py` takes a
whole service away, `arena.py` is a database, a bucket and queues of one matrix's own.
"""
