"""Workouts: repetitions of one exercise."""
