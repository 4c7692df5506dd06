"""What `coach doctor` looks at, one file a part of the system."""
