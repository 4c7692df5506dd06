"""Telling an app what happened, so that it need not ask."""
