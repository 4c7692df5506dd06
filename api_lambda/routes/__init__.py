"""The routes, one file a topic: parse, call, shape."""
