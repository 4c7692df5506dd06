"""Deletions: rows at once, files for good, and a receipt."""
