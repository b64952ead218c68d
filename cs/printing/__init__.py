"""The machinery of registers and printed forms."""
