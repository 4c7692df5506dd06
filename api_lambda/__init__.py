"""The HTTP API: FastAPI behind Mangum on Lambda."""
