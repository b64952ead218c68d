"""The program's own flask commands."""
