"""The attachment store, file types and images."""
