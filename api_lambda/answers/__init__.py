"""Answers that are more than a row: results with links, an export."""
