"""What the figures and the registers count of a complaint: the defect rate, and a reply in time (5.2.2.6)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from cs.procedure.complaints import defect_rate, replied_in_time

DUE = datetime(2026, 6, 3, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("defective", "checked", "rate"),
    [
        (5, 100, "5.00"),
        (1, 3, "33.33"),
        (1, 16, "6.25"),
        (1, 800, "0.13"),  # 0.125 rounds half up
        (0, 50, "0.00"),
    ],
)
def test_a_defect_rate_is_in_per_cent_with_two_decimals(defective, checked, rate):
    assert defect_rate(defective, checked) == Decimal(rate)


@pytest.mark.parametrize(("defective", "checked"), [(None, 100), (5, None), (5, 0)])
def test_there_is_no_defect_rate_of_what_is_unknown_or_unchecked(defective, checked):
    assert defect_rate(defective, checked) is None


@pytest.mark.parametrize(
    ("later", "in_time"), [(timedelta(seconds=-1), True), (timedelta(0), True), (timedelta(seconds=1), False)]
)
def test_a_reply_at_its_due_time_is_in_time_and_after_it_is_late(later, in_time):
    assert replied_in_time(DUE + later, DUE) is in_time


def test_without_a_reply_nothing_is_said_of_its_time():
    assert replied_in_time(None, DUE) is None
