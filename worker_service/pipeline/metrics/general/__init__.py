"""Any movement, described and not judged."""
