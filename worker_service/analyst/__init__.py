"""Looks at videos in a process of its own, so that a video which breaks it breaks nothing else.

`orders.py` is what passes between the two processes, `process.py` the worker's side of it,
`__main__.py` the other side.
"""
