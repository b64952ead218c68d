"""Returns (5.3): the record and its lines."""
