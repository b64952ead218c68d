"""The period of the KPIs on the reports page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from cs.queries.listing import Period
from cs.records.procedure import zone

DEFAULT_MONTHS = 12
MAX_MONTHS = 36
EARLIEST_YEAR, LATEST_YEAR = 2000, 2999


@dataclass(frozen=True)
class Span:
    """The days that the KPIs cover, first and last included.

    `fault` says why the requested days could not be used, and these are the default ones.
    """

    first: date
    last: date
    year: int | None = None
    fault: str | None = None

    @classmethod
    def of(cls, args: MultiDict[str, str], today: date) -> Span:
        """Return the period asked for by `from` and `to` or by `year`, else the last twelve months.

        `from` alone reaches to the end of this month; `to` alone covers the twelve months before it.
        """
        usual = cls(_first_of_month(today, 1 - DEFAULT_MONTHS), _first_of_month(today, 1) - timedelta(days=1))
        if args.get("from") or args.get("to"):
            requested = Period.from_arguments(args)
            fault = requested.fault or cls._fault(requested.first, requested.last)
            if fault is None:
                last = requested.last or max(usual.last, requested.first or usual.last)
                span = cls(requested.first or _first_of_month(last, 1 - DEFAULT_MONTHS), last)
                fault = span._faulty_length()
                if fault is None:
                    return span
            return cls(usual.first, usual.last, fault=fault)
        if year := args.get("year"):
            if year.isdecimal() and len(year) == 4 and EARLIEST_YEAR <= int(year) <= LATEST_YEAR:
                return cls(date(int(year), 1, 1), date(int(year), 12, 31), int(year))
            return cls(usual.first, usual.last, fault=gettext("This is not a year. Please write it as 2026."))
        return usual

    @staticmethod
    def _fault(*days: date | None) -> str | None:
        if all(day is None or EARLIEST_YEAR <= day.year <= LATEST_YEAR for day in days):
            return None
        return gettext(
            "Please choose days from %(first)s to %(last)s.", first=EARLIEST_YEAR, last=LATEST_YEAR
        )

    def _faulty_length(self) -> str | None:
        if len(self.months) <= MAX_MONTHS:
            return None
        return gettext(
            "The period has %(months)s months. Please choose at most %(most)s.",
            months=len(self.months),
            most=MAX_MONTHS,
        )

    @property
    def months(self) -> list[Span]:
        """Return the calendar months; the first and last may be covered in part."""
        months, first = [], self.first
        while first <= self.last:
            following = _first_of_month(first, 1)
            months.append(Span(first, min(following - timedelta(days=1), self.last)))
            first = following
        return months

    @property
    def begin(self) -> datetime:
        return datetime.combine(self.first, time(), zone())

    @property
    def end(self) -> datetime:
        """Return the first moment after the period."""
        return datetime.combine(self.last + timedelta(days=1), time(), zone())

    @property
    def year_to_date(self) -> Span:
        return Span(self.last.replace(month=1, day=1), self.last)

    @property
    def before(self) -> Span:
        """Return the period just before this one: of as many months where these are whole, else of as many
        days."""
        last = self.first - timedelta(days=1)
        if self.first.day == 1 and (self.last + timedelta(days=1)).day == 1:
            return Span(_first_of_month(self.first, -len(self.months)), last)
        return Span(last - (self.last - self.first), last)

    @property
    def name(self) -> str:
        """Return the month, or the days of a part of one."""
        whole = self.first.day == 1 and _first_of_month(self.first, 1) == self.last + timedelta(days=1)
        return f"{self.first:%Y-%m}" if whole else f"{self.first}–{self.last:%d}"

    @property
    def url_arguments(self) -> dict[str, Any]:
        """Return the query string for this period."""
        return (
            {"year": self.year}
            if self.year
            else {"from": self.first.isoformat(), "to": self.last.isoformat()}
        )


def _first_of_month(day: date, further: int) -> date:
    """Return the first day of the month that is `further` months after that of `day`."""
    months = day.year * 12 + day.month - 1 + further
    return date(months // 12, months % 12 + 1, 1)


def years(on: datetime, first: datetime) -> list[int]:
    """Return the years to choose from, latest first: back to the first complaint, ten at most."""
    this_year, first_year = (moment.astimezone(zone()).year for moment in (on, first))
    return list(range(this_year, max(first_year, this_year - 9) - 1, -1))
