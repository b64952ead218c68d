"""Read-only questions over all records."""
