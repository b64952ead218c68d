"""Labels, formats and history in the reader's language."""
