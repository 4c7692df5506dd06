"""People in still pictures, each picture by itself."""
