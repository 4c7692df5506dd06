"""The queue of jobs: its messages, the way into it, and its dead letters."""
