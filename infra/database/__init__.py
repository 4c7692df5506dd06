"""PostgreSQL: the instance, the proxy that may stand before it."""
