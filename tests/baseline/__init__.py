"""Data folders and recordings of earlier versions: see README.md."""
