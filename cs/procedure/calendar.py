"""Working days and working hours. Holidays and make-up days come in as an argument; there is no clock
here."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class WorkingHours:
    """When the factory works: ISO weekdays (1 is Monday) and the spans of a day, in order, the lunch break
    left out."""

    weekdays: tuple[int, ...] = field(metadata={"low": 1, "high": 7})
    spans: tuple[tuple[time, time], ...]

    @property
    def start(self) -> time:
        """Start of business."""
        return self.spans[0][0]

    @property
    def end(self) -> time:
        """End of business."""
        return self.spans[-1][1]


@dataclass(frozen=True)
class WorkCalendar:
    """The factory's days and hours in its own time zone.

    `exceptions` says for single days whether they are worked (True: a make-up Saturday) or not (False: a
    public holiday); all other days follow the weekdays. Beyond `known_until` nobody has told us the public
    holidays yet (see `is_known`).
    """

    working: WorkingHours
    exceptions: Mapping[date, bool]
    zone: tzinfo
    known_until: date | None = None

    def is_known(self, day: date) -> bool:
        """Return whether public holidays and make-up days of `day` are known; without `known_until` every
        day is."""
        return self.known_until is None or day <= self.known_until

    def is_working(self, day: date) -> bool:
        """Return whether the factory works on `day`. ValueError for a moment: its day depends on the zone
        (`day_of`)."""
        if isinstance(day, datetime):
            raise ValueError("a day is needed, not a moment: use day_of()")
        return self.exceptions.get(day, day.isoweekday() in self.working.weekdays)

    def day_of(self, moment: datetime) -> date:
        """Return the factory's calendar day at `moment`. ValueError if the moment has no time zone."""
        return aware(moment).astimezone(self.zone).date()

    def next_working_day(self, day: date, including: bool = True) -> date:
        """Return the first working day from `day` on; `including=False` starts with the day after."""
        if not including:
            day += ONE_DAY
        while not self.is_working(day):
            day += ONE_DAY
        return day

    def add_working_days(self, day: date, n: int) -> date:
        """Return the `n`-th working day after `day`, `day` itself not counted; for 0 the first working day
        from `day` on.

        ValueError if `n` is negative.
        """
        if n < 0:
            raise ValueError("the number of working days cannot be negative")
        if n == 0:
            return self.next_working_day(day)
        for _ in range(n):
            day = self.next_working_day(day, including=False)
        return day

    def end_of(self, day: date) -> datetime:
        """End of business of `day`, in the factory's zone; of a rest day, as if it were worked."""
        return datetime.combine(day, self.working.end, self.zone)

    end_of_day = end_of

    def working_hours_between(self, start: datetime, end: datetime) -> timedelta:
        """Return the working time from `start` to `end`; negative if `end` is the earlier. ValueError on a
        moment without zone."""
        if aware(end) < aware(start):
            return -self.working_hours_between(end, start)
        total = timedelta()
        day, last = self.day_of(start), self.day_of(end)
        while day <= last:
            for begin, stop in self._spans(day):
                total += max(min(stop, end) - max(begin, start), timedelta())
            day += ONE_DAY
        return total

    def add_working_hours(self, moment: datetime, hours: float) -> datetime:
        """Return the moment when `hours` of working time have passed since `moment`, in the factory's zone.

        Time that runs out exactly at the end of a span ends there, not at the start of the next one.
        ValueError if `hours` is negative or the moment has no time zone.
        """
        if hours < 0:
            raise ValueError("the number of working hours cannot be negative")
        left = timedelta(hours=hours)
        day = self.next_working_day(self.day_of(moment))
        while True:
            for start, stop in self._spans(day):
                begin = max(start, moment)
                if begin <= stop:
                    if left <= stop - begin:
                        return (begin + left).astimezone(self.zone)
                    left -= stop - begin
            day = self.next_working_day(day, including=False)

    def working_hours_before(self, moment: datetime, hours: float) -> datetime:
        """Return the latest moment from which `hours` of working time have passed until `moment`, in the
        factory's zone: what began then or earlier has lasted so long. One moment bounds a whole list.
        ValueError if `hours` is not positive or the moment has no time zone."""
        if hours <= 0:
            raise ValueError("the number of working hours must be positive")
        left, day = timedelta(hours=hours), self.day_of(moment)
        while True:
            for start, stop in reversed(list(self._spans(day))):
                worked = min(stop, moment) - start
                if left <= worked:
                    return (min(stop, moment) - left).astimezone(self.zone)
                left -= max(worked, timedelta())
            day -= ONE_DAY

    def _spans(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        """Return the spans of a day in UTC, where differences are true even over a change of the clocks;
        none on a rest day."""
        if self.is_working(day):
            for start, end in self.working.spans:
                yield self._utc(day, start), self._utc(day, end)

    def _utc(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, self.zone).astimezone(UTC)


def months_before(day: date, months: int) -> date:
    """Return the same day of the month so many calendar months earlier; where that month is too short, its
    last day. ValueError if `months` is negative."""
    if months < 0:
        raise ValueError("the number of months cannot be negative")
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def aware(moment: datetime) -> datetime:
    """Return the moment itself; raise ValueError if it has no time zone, as it could then mean many
    moments."""
    if moment.utcoffset() is None:
        raise ValueError("a moment without a time zone")
    return moment
