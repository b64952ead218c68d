"""Working days and hours, with the feasts and make-up days of October 2026 as China sets them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from cs.procedure.calendar import WorkCalendar, WorkingHours, months_before

SHANGHAI = ZoneInfo("Asia/Shanghai")
WORKING = WorkingHours((1, 2, 3, 4, 5), ((time(8), time(12)), (time(13, 30), time(17, 30))))
FEAST = {date(2026, 10, day): False for day in range(1, 8)}
MAKE_UP = {date(2026, 9, 20): True, date(2026, 10, 10): True}
CALENDAR = WorkCalendar(WORKING, FEAST | MAKE_UP, SHANGHAI, known_until=date(2026, 12, 31))


def at(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    """A moment of 2026 in the factory; 2 November is a Monday."""
    return datetime(2026, month, day, hour, minute, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 11, 2), True),  # Monday
        (date(2026, 11, 6), True),  # Friday
        (date(2026, 11, 7), False),  # Saturday
        (date(2026, 11, 8), False),  # Sunday
        (date(2026, 10, 1), False),  # feast on a Thursday
        (date(2026, 10, 10), True),  # make-up Saturday
        (date(2026, 9, 20), True),  # make-up Sunday
    ],
)
def test_feasts_rest_and_make_up_days_are_worked(day, works):
    assert CALENDAR.is_working(day) is works


@pytest.mark.parametrize(
    ("day", "including", "excluding"),
    [
        (date(2026, 11, 2), date(2026, 11, 2), date(2026, 11, 3)),
        (date(2026, 11, 6), date(2026, 11, 6), date(2026, 11, 9)),
        (date(2026, 11, 7), date(2026, 11, 9), date(2026, 11, 9)),
        (date(2026, 9, 30), date(2026, 9, 30), date(2026, 10, 8)),
        (date(2026, 10, 9), date(2026, 10, 9), date(2026, 10, 10)),
    ],
)
def test_the_next_working_day_may_be_the_day_itself_or_not(day, including, excluding):
    assert CALENDAR.next_working_day(day) == including
    assert CALENDAR.next_working_day(day, including=False) == excluding


@pytest.mark.parametrize(
    ("day", "n", "expected"),
    [
        (date(2026, 11, 2), 0, date(2026, 11, 2)),
        (date(2026, 11, 7), 0, date(2026, 11, 9)),
        (date(2026, 11, 2), 1, date(2026, 11, 3)),
        (date(2026, 11, 6), 2, date(2026, 11, 10)),
        (date(2026, 11, 7), 1, date(2026, 11, 9)),
        (date(2026, 9, 30), 3, date(2026, 10, 10)),
    ],
)
def test_working_days_are_added_without_the_day_itself(day, n, expected):
    assert CALENDAR.add_working_days(day, n) == expected


def test_the_end_of_business_is_in_the_factorys_zone():
    assert CALENDAR.end_of(date(2026, 11, 2)).isoformat() == "2026-11-02T17:30:00+08:00"
    assert CALENDAR.end_of_day(date(2026, 11, 7)).isoformat() == "2026-11-07T17:30:00+08:00"


def test_the_day_of_a_moment_is_the_factorys_day():
    assert CALENDAR.day_of(datetime(2026, 11, 2, 15, 59, tzinfo=UTC)) == date(2026, 11, 2)
    assert CALENDAR.day_of(datetime(2026, 11, 2, 16, 0, tzinfo=UTC)) == date(2026, 11, 3)


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        (at(2, 8), at(2, 17, 30), 8),
        (at(2, 9), at(2, 11), 2),
        (at(2, 11), at(2, 14), 1.5),  # lunch
        (at(2, 12), at(2, 13, 30), 0),
        (at(2, 6), at(2, 7), 0),
        (at(2, 18), at(2, 22), 0),
        (at(6, 16, 30), at(9, 9), 2),  # over a weekend
        (at(7, 8), at(8, 17), 0),
        (at(30, 8, month=9), at(8, 12, month=10), 12),  # over the feast
        (at(9, 8, month=10), at(11, 8, month=10), 16),  # with a make-up Saturday
        (at(3, 9), at(2, 9), -8),
        (at(2, 9), datetime(2026, 11, 2, 3, tzinfo=UTC), 2),
    ],
)
def test_working_hours_between_two_moments(start, end, hours):
    assert CALENDAR.working_hours_between(start, end) == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("start", "hours", "expected"),
    [
        (at(2, 9), 2, at(2, 11)),
        (at(2, 9), 3, at(2, 12)),  # ends with the morning, not after lunch
        (at(2, 11), 1.5, at(2, 14)),
        (at(2, 12, 30), 1, at(2, 14, 30)),
        (at(2, 6), 8, at(2, 17, 30)),
        (at(6, 17), 1, at(9, 8, 30)),
        (at(6, 17, 30), 8, at(9, 17, 30)),
        (at(7, 10), 1, at(9, 9)),
        (at(30, 17, month=9), 1, at(8, 8, 30, month=10)),
        (at(2, 9), 0, at(2, 9)),
        (at(2, 17, 30), 0, at(2, 17, 30)),
        (at(2, 18), 0, at(3, 8)),
        (datetime(2026, 11, 2, 1, tzinfo=UTC), 8, at(3, 9)),
    ],
)
def test_working_hours_are_added_to_a_moment(start, hours, expected):
    assert CALENDAR.add_working_hours(start, hours) == expected


@pytest.mark.parametrize(
    ("moment", "hours", "bound"),
    [
        (at(3, 17, 30), 8, at(3, 8)),  # a working day, to the minute
        (at(3, 15), 8, at(2, 15)),  # over the lunch breaks and the night
        (at(3, 13), 4, at(3, 8)),  # in the lunch break
        (at(3, 12), 4, at(3, 8)),
        (at(3, 20), 1, at(3, 16, 30)),  # after business
        (at(3, 7), 1, at(2, 16, 30)),  # before it
        (at(3, 14, 30), 1, at(3, 13, 30)),  # the whole of the span, not the break before it
        (at(8, 12), 8, at(6, 8)),  # a Sunday: Friday's whole day
        (at(9, 9), 2, at(6, 16, 30)),  # Monday morning, over the week-end
        (at(8, 9, month=10), 9, at(30, 8, month=9)),  # over the feast of October
        (at(12, 9, month=10), 9, at(10, 8, month=10)),  # over a Sunday, to the make-up Saturday
        (at(3, 17, 30), 80, at(21, 8, month=10)),  # ten working days
    ],
)
def test_working_hours_back_from_a_moment(moment, hours, bound):
    assert CALENDAR.working_hours_before(moment, hours) == bound
    assert CALENDAR.working_hours_between(bound, moment) == timedelta(hours=hours)
    assert CALENDAR.working_hours_between(bound + timedelta(minutes=1), moment) < timedelta(hours=hours)


def test_what_is_added_comes_back_in_the_factorys_zone():
    assert (
        CALENDAR.add_working_hours(datetime(2026, 11, 2, 1, tzinfo=UTC), 1).isoformat()
        == "2026-11-02T10:00:00+08:00"
    )


def test_hours_are_true_hours_when_the_clocks_change():
    nights = WorkingHours((7,), ((time(0), time(6)),))
    calendar = WorkCalendar(nights, {}, ZoneInfo("Europe/Berlin"))
    start, end = (datetime(2026, 10, day, 12, tzinfo=UTC) for day in (24, 25))
    assert calendar.working_hours_between(start, end) == timedelta(hours=7)
    assert calendar.add_working_hours(start, 7) == datetime(2026, 10, 25, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("known_until", "day", "known"),
    [
        (date(2026, 12, 31), date(2026, 12, 31), True),
        (date(2026, 12, 31), date(2027, 1, 1), False),
        (None, date(2100, 1, 1), True),
    ],
)
def test_beyond_the_known_years_the_calendar_says_so(known_until, day, known):
    assert WorkCalendar(WORKING, {}, SHANGHAI, known_until).is_known(day) is known


NAIVE = datetime(2026, 11, 2, 9)  # noqa: DTZ001


@pytest.mark.parametrize(
    "ask",
    [
        lambda: CALENDAR.day_of(NAIVE),
        lambda: CALENDAR.working_hours_between(NAIVE, at(2, 9)),
        lambda: CALENDAR.working_hours_between(at(2, 9), NAIVE),
        lambda: CALENDAR.add_working_hours(NAIVE, 1),
        lambda: CALENDAR.working_hours_before(NAIVE, 1),
    ],
    ids=["day_of", "between, start", "between, end", "add", "before"],
)
def test_a_moment_without_a_time_zone_is_refused(ask):
    with pytest.raises(ValueError, match="without a time zone"):
        ask()


def test_a_moment_is_no_day():
    with pytest.raises(ValueError, match="a day is needed"):
        CALENDAR.is_working(at(2, 9))


def test_days_and_hours_cannot_be_taken_back():
    with pytest.raises(ValueError, match="working days cannot be negative"):
        CALENDAR.add_working_days(date(2026, 11, 2), -1)
    with pytest.raises(ValueError, match="working hours cannot be negative"):
        CALENDAR.add_working_hours(at(2, 9), -1)


@pytest.mark.parametrize("hours", [0, -1])
def test_there_is_no_moment_no_working_hours_ago(hours):
    with pytest.raises(ValueError, match="must be positive"):
        CALENDAR.working_hours_before(at(2, 9), hours)


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [
        ("2026-08-31", 6, "2026-02-28"),  # February has no 31st
        ("2024-08-31", 6, "2024-02-29"),  # a leap year
        ("2024-02-29", 12, "2023-02-28"),
        ("2026-08-28", 6, "2026-02-28"),
        ("2026-03-10", 6, "2025-09-10"),  # over the turn of the year
        ("2026-01-15", 1, "2025-12-15"),
        ("2026-12-31", 12, "2025-12-31"),
        ("2026-07-31", 1, "2026-06-30"),
        ("2026-05-31", 60, "2021-05-31"),
        ("2026-05-31", 0, "2026-05-31"),
    ],
)
def test_months_back_end_on_the_same_day_or_the_months_last(day, months, before):
    assert months_before(date.fromisoformat(day), months) == date.fromisoformat(before)


def test_there_are_no_negative_months():
    with pytest.raises(ValueError, match="negative"):
        months_before(date(2026, 5, 31), -1)
