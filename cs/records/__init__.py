"""The kernel: what every record of the procedure has in common. It knows no section."""
