"""The bucket: keys, objects, uploads in parts, and what is left to be tidied."""
