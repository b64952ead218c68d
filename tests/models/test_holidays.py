"""The factory's calendar: the country's days, then the site's own."""

from __future__ import annotations

from datetime import date

import pytest
from flask import g

from cs.extensions import db
from cs.models.complaints.complaint import Complaint
from cs.models.holidays import SiteDay, national_calendar, national_feasts, work_calendar
from cs.records.verification import verify_records

SATURDAY, FEAST, MAKE_UP, BEYOND = date(2026, 3, 14), date(2026, 5, 1), date(2026, 5, 9), date(2099, 5, 4)


@pytest.mark.parametrize(
    ("day", "works"),
    [(date(2026, 3, 13), True), (SATURDAY, False), (FEAST, False), (MAKE_UP, True), (BEYOND, True)],
)
def test_without_own_days_the_country_decides(day, works):
    assert work_calendar().is_working(day) is works


def test_a_day_of_the_site_overrides_the_country_until_it_is_withdrawn(people, on):
    day = SiteDay.set(day=SATURDAY, works=True, note="赶交期", by=people["administrator"], on=on)
    assert (work_calendar().is_working(SATURDAY), national_calendar().is_working(SATURDAY)) == (True, False)
    day.withdraw(by=people["administrator"], on=on)
    assert not work_calendar().is_working(SATURDAY)
    assert list(verify_records()) == []


def test_a_withdrawn_day_can_be_entered_again_and_keeps_its_history(people, on):
    administrator = people["administrator"]
    SiteDay.set(day=SATURDAY, works=True, note="盘点", by=administrator, on=on).withdraw(
        by=administrator, on=on
    )
    again = SiteDay.set(day=SATURDAY, works=True, note="又盘点", by=administrator, on=on)
    assert [event.name for event in again.events] == ["set", "withdraw", "set"]
    assert SiteDay.of(SATURDAY, SATURDAY) == [again]


def test_beyond_the_known_years_only_weekdays_count_and_it_is_said():
    calendar = work_calendar()
    assert calendar.is_known(date(2026, 12, 31))
    assert not calendar.is_known(date(calendar.known_until.year + 1, 1, 1))
    assert calendar.known_until.month == 12


def test_the_feasts_of_a_year_stand_in_order_with_the_days_worked_for_them():
    feasts = national_feasts(2026)
    assert [feast.name.zh for feast in feasts] == ["元旦", "春节", "清明", "劳动节", "端午", "中秋", "国庆节"]
    assert (feasts[3].rests[0], len(feasts[3].rests), feasts[3].worked) == (FEAST, 5, (MAKE_UP,))
    assert national_feasts(2099) == []


def test_an_open_complaint_keeps_the_due_date_it_was_given(people, on, complaint_in):
    complaint = complaint_in("received")
    due = complaint.reply_due_at
    SiteDay.set(day=due.date(), works=False, note="停产", by=people["administrator"], on=on)
    g.pop("work_calendar", None)
    db.session.expire_all()
    assert db.session.get(Complaint, complaint.id).reply_due_at == due
    assert complaint_in("received").reply_due_at > due
