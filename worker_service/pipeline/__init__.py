"""Four pure steps: pose, metrics, findings, report. No AWS, no database."""
