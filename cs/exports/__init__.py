"""Long registers, written in the background."""
