"""How the demo moves through time: a walk yields the moment at which it wants to go on."""

from __future__ import annotations

from collections.abc import Generator
from datetime import date, datetime
from typing import Protocol

from cs.demo.people import People
from cs.demo.trade import Trade
from cs.procedure.calendar import WorkCalendar

Walk = Generator[datetime, None, None]


class DemoYear(Protocol):
    """What a walk needs of the year in which it takes place."""

    now: datetime
    calendar: WorkCalendar
    people: People
    trade: Trade
    away: dict[str, tuple[date, date]]

    def start(self, walk: Walk) -> None:
        """Begin a walk that goes its own way from here on."""

    def count(self, what: str) -> int:
        """Return the next running number of something."""

    def reply_due(self, heard_at: datetime, deadline: datetime | None, agreed_days: int | None) -> datetime:
        """Return when a complaint is to be answered."""
