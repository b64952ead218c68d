"""Names, dates and durations in the language of who reads."""
