"""Charts, the fishbone and codes as pictures."""
