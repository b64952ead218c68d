"""What every page shares: access, forms, steps, layout, answers."""
