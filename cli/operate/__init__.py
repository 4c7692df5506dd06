"""What an operator asks a running system: status, doctor, dead letters, one job."""
