"""Alarms with a way into the runbook, and one dashboard."""
