"""Complaints (5.2): the record, its replies, its meeting, its samples, and the old register."""
