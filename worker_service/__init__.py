"""Takes jobs from the queue and analyses their videos."""
