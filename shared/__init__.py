"""What the API and the worker must agree on: states, rows, messages, documents, errors."""

__version__ = "0.1.0"
