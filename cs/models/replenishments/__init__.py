"""Replenishments (5.3.4): the application, its chain of signatures and its lines."""
