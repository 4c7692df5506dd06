"""Strokes and deliveries."""
