"""One file a revision, named in the order they apply."""
