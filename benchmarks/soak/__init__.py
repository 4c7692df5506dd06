"""`make soak`: hundreds of jobs while workers die and messages come twice, late or never.

`fates.py` draws what happens to each job, `sending.py` sends them, `trouble.py` kills, freezes
and steals, `run.py` lets all of it happen; `inspection.py` looks at what is left, `promises.py`
says what of it must not be.
"""
