"""The factory's calendar: China's holidays and make-up days from a package, then the site's own days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from chinese_calendar import constants
from flask import g
from sqlalchemy import select
from sqlalchemy.orm import Mapped, mapped_column

from cs.extensions import db
from cs.procedure.calendar import WorkCalendar
from cs.procedure.rulebook import Name
from cs.records.procedure import rulebook, zone
from cs.records.record import Record
from cs.records.users import User


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
    def of(cls, first: date, last: date) -> list[SiteDay]:
        """Return the days entered from `first` to `last`, withdrawn ones too."""
        return list(
            db.session.execute(select(cls).where(cls.day.between(first, last)).order_by(cls.day)).scalars()
        )

    @classmethod
    def set(cls, *, day: date, works: bool, note: str, by: User, on: datetime) -> SiteDay:
        """Enter a day, or change what was entered for it. Due dates that were given before stay."""
        site_day = db.session.execute(select(cls).where(cls.day == day)).scalar() or cls(day=day)
        with site_day.changing("set", by, on, role="administrator"):
            site_day.works, site_day.note, site_day.active = works, note, True
        g.pop("work_calendar", None)
        return site_day

    def withdraw(self, *, by: User, on: datetime) -> None:
        """Let the day follow the country's calendar again."""
        with self.changing("withdraw", by, on, role="administrator"):
            self.active = False
        g.pop("work_calendar", None)


@dataclass(frozen=True)
class Feast:
    """A holiday of the country: its days off, and the weekend days worked for it."""

    name: Name
    rests: tuple[date, ...]
    worked: tuple[date, ...]


def national_feasts(year: int) -> list[Feast]:
    """Return the country's holidays of a year, in order; empty when nobody has announced them yet."""
    found = []
    for holiday in constants.Holiday:
        rests = _days_of(holiday.value, constants.holidays, year)
        worked = _days_of(holiday.value, constants.workdays, year)
        if rests:
            found.append(Feast(Name(holiday.chinese, holiday.value), rests, worked))
    return sorted(found, key=lambda feast: feast.rests)


def _days_of(holiday: str, days: Mapping[date, str], year: int) -> tuple[date, ...]:
    return tuple(day for day, name in days.items() if day.year == year and name == holiday)


@lru_cache(maxsize=1)
def _national() -> tuple[dict[date, bool], date]:
    days = dict.fromkeys(constants.holidays, False) | dict.fromkeys(constants.workdays, True)
    return days, date(max(constants.holidays).year, 12, 31)


def national_calendar() -> WorkCalendar:
    """Return the country's calendar alone, without the site's days."""
    days, known_until = _national()
    return WorkCalendar(rulebook().working, days, zone(), known_until)


def work_calendar() -> WorkCalendar:
    """Return the calendar that due dates are counted on; kept for the request."""
    calendar: WorkCalendar | None = g.get("work_calendar")
    if calendar is None:
        national, known_until = _national()
        own = db.session.execute(select(SiteDay.day, SiteDay.works).where(SiteDay.active))
        calendar = g.work_calendar = WorkCalendar(
            rulebook().working, national | {row.day: row.works for row in own}, zone(), known_until
        )
    return calendar
