"""A year of a made-up car-audio factory, made through the same verbs as the screens: for trying the program,
and for its pictures."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from cs.demo.year import Year
from cs.records.procedure import zone


def beginning_of_year(today: date) -> datetime:
    """Return the moment at which the demo's folder is set up, before anything else happens."""
    return datetime.combine(today - timedelta(days=370), time(7, 30), zone())


def build(today: date) -> None:
    """Fill an empty, set-up database with the year that ends on `today`; the caller commits.

    The same `today` gives the same events, hash for hash. If it is really today, the year ends at this
    minute, else at 16:00.
    """
    real = datetime.now(zone()).replace(second=0, microsecond=0)
    Year(real if real.date() == today else datetime.combine(today, time(16), zone())).live()
