"""The period that the figures of the reports page are about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from cs.queries.listing import Period
from cs.records.procedure import zone

MONTHS = 12
MOST_MONTHS = 36
EARLIEST_YEAR, LATEST_YEAR = 2000, 2999


@dataclass(frozen=True)
class Span:
    """The days that the figures cover, both included; `fault` says in words why they are not those that were
    asked for."""

    first: date
    last: date
    year: int | None = None
    fault: str | None = None

    @classmethod
    def of(cls, args: MultiDict[str, str], today: date) -> Span:
        """What the address asks for: `from` and `to`, a `year`, or nothing: the last twelve months with this
        one.

        From a day on alone: to the end of this month; up to a day alone: the twelve months before it.
        """
        usual = cls(_month(today, 1 - MONTHS), _month(today, 1) - timedelta(days=1))
        if args.get("from") or args.get("to"):
            asked = Period.of(args)
            fault = asked.fault or cls._fault(asked.first, asked.last)
            if fault is None:
                last = asked.last or max(usual.last, asked.first or usual.last)
                found = cls(asked.first or _month(last, 1 - MONTHS), last)
                fault = found._faulty_length()
                if fault is None:
                    return found
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
        if len(self.months) <= MOST_MONTHS:
            return None
        return gettext(
            "The period has %(months)s months. Please choose at most %(most)s.",
            months=len(self.months),
            most=MOST_MONTHS,
        )

    @property
    def months(self) -> list[Span]:
        """The calendar months, the first and the last as far as they are covered."""
        found, first = [], self.first
        while first <= self.last:
            following = _month(first, 1)
            found.append(Span(first, min(following - timedelta(days=1), self.last)))
            first = following
        return found

    @property
    def begin(self) -> datetime:
        return datetime.combine(self.first, time(), zone())

    @property
    def end(self) -> datetime:
        """The first moment after the period."""
        return datetime.combine(self.last + timedelta(days=1), time(), zone())

    @property
    def year_to_date(self) -> Span:
        return Span(self.last.replace(month=1, day=1), self.last)

    @property
    def name(self) -> str:
        """Of a month: itself; of a part of one: its days."""
        whole = self.first.day == 1 and _month(self.first, 1) == self.last + timedelta(days=1)
        return f"{self.first:%Y-%m}" if whole else f"{self.first}–{self.last:%d}"

    @property
    def asked(self) -> dict[str, Any]:
        """The same period in an address."""
        return (
            {"year": self.year}
            if self.year
            else {"from": self.first.isoformat(), "to": self.last.isoformat()}
        )


def _month(day: date, further: int) -> date:
    """The first day of the month that lies so many months after that of `day`."""
    months = day.year * 12 + day.month - 1 + further
    return date(months // 12, months % 12 + 1, 1)


def years(on: datetime, first: datetime) -> list[int]:
    """The years to choose from: from that of the first complaint to this one, ten at most, the latest
    first."""
    this, begun = (moment.astimezone(zone()).year for moment in (on, first))
    return list(range(this, max(begun, this - 9) - 1, -1))
