"""5.2.2.6 and the readings Q13 to Q15: when a complaint must be answered."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from cs.procedure.calendar import WorkCalendar, WorkingHours
from cs.procedure.rulebook import ReplyRule
from cs.procedure.rules import CapaRule, ReworkRule

SHANGHAI = ZoneInfo("Asia/Shanghai")
WORKING = WorkingHours((1, 2, 3, 4, 5), ((time(8), time(12)), (time(13, 30), time(17, 30))))
FEAST = {date(2026, 10, day): False for day in range(1, 8)}
CALENDAR = WorkCalendar(WORKING, FEAST | {date(2026, 10, 10): True}, SHANGHAI)
TWO_DAYS = ReplyRule(days=2, counted="calendar", no_answer_days=10)
TWO_WORKING_DAYS = replace(TWO_DAYS, counted="working")


def at(text: str) -> datetime:
    """A moment in the factory: '11-02 09:00' of 2026; 2 November is a Monday."""
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("heard", "due"),
    [
        ("11-02 09:00", "11-04 17:30"),  # Monday: Wednesday
        ("11-02 00:00", "11-04 17:30"),
        ("11-02 23:59", "11-04 17:30"),  # the day itself does not count, whatever the hour
        ("11-03 09:00", "11-05 17:30"),
        ("11-04 09:00", "11-06 17:30"),
        ("11-05 09:00", "11-09 17:30"),  # Thursday: Saturday is a rest day, so Monday
        ("11-06 09:00", "11-09 17:30"),  # Friday: Sunday is a rest day, so Monday
        ("11-07 09:00", "11-09 17:30"),  # Saturday: Monday
        ("11-08 09:00", "11-10 17:30"),  # Sunday: Tuesday
        ("09-29 09:00", "10-08 17:30"),  # the last day falls on the feast
        ("10-08 09:00", "10-10 17:30"),  # the last day is a make-up Saturday
    ],
)
def test_two_days_are_calendar_days_and_a_rest_day_moves_to_the_next_working_day(heard, due):
    assert TWO_DAYS.due_at(at(heard), CALENDAR) == at(due)


@pytest.mark.parametrize(
    ("heard", "due"),
    [
        ("11-02 09:00", "11-04 17:30"),
        ("11-05 09:00", "11-09 17:30"),  # Thursday: Friday, Monday
        ("11-06 09:00", "11-10 17:30"),  # Friday: Monday, Tuesday
        ("11-07 09:00", "11-10 17:30"),  # Saturday: Monday, Tuesday
        ("09-29 09:00", "10-08 17:30"),  # Wednesday, then the day after the feast
    ],
)
def test_a_setting_counts_working_days_instead(heard, due):
    assert TWO_WORKING_DAYS.due_at(at(heard), CALENDAR) == at(due)


@pytest.mark.parametrize(
    ("heard", "days", "due"),
    [
        ("11-02 09:00", 1, "11-03 17:30"),
        ("11-06 09:00", 1, "11-09 17:30"),
        ("11-02 09:00", 5, "11-09 17:30"),  # Saturday, so Monday
        ("11-02 09:00", 7, "11-09 17:30"),
        ("11-02 09:00", 0, "11-02 17:30"),  # the same day
        ("11-02 17:30", 0, "11-02 17:30"),
        ("11-02 17:31", 0, "11-03 17:30"),  # business had ended
        ("11-07 09:00", 0, "11-09 17:30"),
    ],
)
def test_a_limit_agreed_with_the_customer_replaces_the_two_days(heard, days, due):
    assert TWO_DAYS.due_at(at(heard), CALENDAR, agreed_days=days) == at(due)


def test_an_agreed_limit_is_counted_as_the_setting_says():
    assert TWO_WORKING_DAYS.due_at(at("11-02 09:00"), CALENDAR, agreed_days=5) == at("11-09 17:30")
    assert TWO_WORKING_DAYS.due_at(at("11-03 09:00"), CALENDAR, agreed_days=5) == at("11-10 17:30")


@pytest.mark.parametrize(
    "deadline",
    ["11-02 15:00", "11-04 08:00", "11-08 10:00", "12-24 12:00"],
    ids=["the same day", "earlier than two days", "a Sunday", "much later"],
)
def test_the_customers_own_date_replaces_every_limit_even_if_later(deadline):
    due = TWO_DAYS.due_at(at("11-02 09:00"), CALENDAR, customer_deadline=at(deadline), agreed_days=5)
    assert due == at(deadline)


def test_the_day_heard_is_the_factorys_day():
    heard = datetime(2026, 11, 2, 17, 0, tzinfo=UTC)  # Tuesday, one in the morning
    assert TWO_DAYS.due_at(heard, CALENDAR) == at("11-05 17:30")


def test_what_is_due_is_told_in_the_factorys_zone():
    heard = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
    deadline = datetime(2026, 11, 3, 1, 0, tzinfo=UTC)
    assert TWO_DAYS.due_at(heard, CALENDAR).isoformat() == "2026-11-04T17:30:00+08:00"
    assert TWO_DAYS.due_at(heard, CALENDAR, deadline).isoformat() == "2026-11-03T09:00:00+08:00"


NAIVE = datetime(2026, 11, 2, 9)  # noqa: DTZ001


def test_a_moment_without_a_time_zone_is_refused():
    with pytest.raises(ValueError, match="without a time zone"):
        TWO_DAYS.due_at(NAIVE, CALENDAR)
    with pytest.raises(ValueError, match="without a time zone"):
        TWO_DAYS.due_at(at("11-02 09:00"), CALENDAR, customer_deadline=NAIVE)


@pytest.mark.parametrize("days", [-1, 366])
def test_an_agreed_limit_beyond_reason_is_refused(days):
    with pytest.raises(ValueError, match="between 0 and 365"):
        TWO_DAYS.due_at(at("11-02 09:00"), CALENDAR, agreed_days=days)


PAUSED = ReplyRule(days=2, counted="calendar", no_answer_days=10, paused_by_sample=True)


def days(*texts: str) -> list[tuple[date, date]]:
    """'02-05': from 2 to 5 November."""
    return [(date(2026, 11, int(text[:2])), date(2026, 11, int(text[3:]))) for text in texts]


@pytest.mark.parametrize(
    ("waits", "due"),
    [
        ([], "11-04 17:30"),
        (["02-04"], "11-06 17:30"),
        (["03-05"], "11-06 17:30"),  # asked for a day later
        (["02-02"], "11-04 17:30"),  # came the same day
        (["02-05"], "11-09 17:30"),  # Saturday, so Monday
        (["02-04", "03-04"], "11-06 17:30"),  # two at once: a day counts once
        (["02-04", "03-06"], "11-09 17:30"),  # one after the other: four days
        (["03-06", "02-04"], "11-09 17:30"),  # in whichever order they are told
        (["05-10"], "11-04 17:30"),  # asked for when the reply was overdue already
        (["04-06"], "11-06 17:30"),  # on the last day
        (["01-03"], "11-05 17:30"),  # waited for before the limit began, as after a refusal
    ],
)
def test_the_limit_stands_still_while_a_sample_is_awaited_where_the_factory_says_so(waits, due):
    assert PAUSED.due_at(at("11-02 09:00"), CALENDAR, waits=days(*waits)) == at(due)
    assert TWO_DAYS.due_at(at("11-02 09:00"), CALENDAR, waits=days(*waits)) == at("11-04 17:30")


def test_working_days_and_agreed_limits_are_paused_alike():
    working = replace(PAUSED, counted="working")
    assert working.due_at(at("11-02 09:00"), CALENDAR, waits=days("02-04")) == at("11-06 17:30")
    assert PAUSED.due_at(at("11-02 09:00"), CALENDAR, agreed_days=0, waits=days("02-04")) == at("11-04 17:30")


def test_the_customers_own_date_is_not_paused():
    assert PAUSED.due_at(
        at("11-02 09:00"), CALENDAR, customer_deadline=at("11-03 09:00"), waits=days("02-09")
    ) == at("11-03 09:00")


@pytest.mark.parametrize(
    ("reworked", "due"), [("09-21 10:00", "09-25 17:30"), ("09-27 10:00", "10-08 17:30")]
)  # the second falls on the feast
def test_the_effect_of_rework_is_judged_so_many_days_after_it_on_a_working_day(reworked, due):
    """3.4, of four days."""
    assert ReworkRule(effect_days=4).effect_due_at(at(reworked), CALENDAR) == at(due)


def test_measures_are_checked_so_many_days_after_the_last_one():
    """Q11, of twenty days; of a report that came late, never before the effect can be signed."""
    rule = CapaRule(answer_days=5, verify_days=14, check_days=20, effect_days=3)
    done = date(2026, 11, 2)
    assert rule.check_on(done, done, CALENDAR) == date(2026, 11, 23)  # the 22nd is a Sunday
    assert rule.verify_on(done, done, CALENDAR) == date(2026, 11, 16)
    reported = date(2026, 11, 23)
    assert rule.check_on(done, reported, CALENDAR) == date(2026, 11, 26)
    assert rule.verify_on(done, reported, CALENDAR) == date(2026, 11, 26)
