"""What tests run on: databases, emulators, processes."""
