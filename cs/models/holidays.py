"""The factory's calendar: China's holidays and make-up days from a package, then the site's own days."""
from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache

from chinese_calendar import constants
from flask import g
from sqlalchemy import select
from sqlalchemy.orm import Mapped, mapped_column

from cs.extensions import db
from cs.models.base import Record
from cs.models.procedure import rulebook, zone
from cs.models.users import User
from cs.procedure.calendar import WorkCalendar


class SiteDay(Record):
    """A day on which this factory works or rests whatever the country does."""

    kind = "site_day"
    __tablename__ = "site_days"
    day: Mapped[date] = mapped_column(unique=True)
    works: Mapped[bool]
    note: Mapped[str]
    active: Mapped[bool] = mapped_column(default=True)

    @property
    def title(self) -> str:
        return self.day.isoformat()

    @classmethod
    def set(cls, *, day: date, works: bool, note: str, by: User, on: datetime) -> SiteDay:
        """Enters a day, or changes what was entered for it."""
        site_day = db.session.execute(select(cls).where(cls.day == day)).scalar() or cls(day=day)
        with site_day.changing("set", by, on, role="administrator"):
            site_day.works, site_day.note, site_day.active = works, note, True
        g.pop("work_calendar", None)
        return site_day

    def withdraw(self, *, by: User, on: datetime) -> None:
        """The day follows the country's calendar again."""
        with self.changing("withdraw", by, on, role="administrator"):
            self.active = False
        g.pop("work_calendar", None)


@lru_cache(maxsize=1)
def _national() -> tuple[dict[date, bool], date]:
    days = dict.fromkeys(constants.holidays, False) | dict.fromkeys(constants.workdays, True)
    return days, date(max(constants.holidays).year, 12, 31)


def work_calendar() -> WorkCalendar:
    """The calendar that due dates are counted on; kept for the request."""
    calendar: WorkCalendar | None = g.get("work_calendar")
    if calendar is None:
        national, known_until = _national()
        own = db.session.execute(select(SiteDay.day, SiteDay.works).where(SiteDay.active))
        calendar = g.work_calendar = WorkCalendar(rulebook().working, national | {day: works for day, works in own}, zone(), known_until)
    return calendar
