"""The formulas of the KPIs (FORMS 6), by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest

from cs.procedure import figures


@pytest.mark.parametrize(
    ("part", "whole", "places", "rate"),
    [
        (1, 3, 1, "33.3"),
        (2, 3, 1, "66.7"),
        (1, 16, 1, "6.3"),  # 6.25, half up
        (3, 8000, 2, "0.04"),  # 0.0375
        (Decimal("12.5"), 1000, 2, "1.25"),
        (0, 7, 1, "0.0"),
        (7, 7, 1, "100.0"),
    ],
)
def test_a_share_is_rounded_half_up(part, whole, places, rate):
    assert str(figures.in_percent(part, whole, places)) == rate


def test_a_share_of_nothing_is_no_share():
    assert figures.in_percent(0, 0) is None


@pytest.mark.parametrize(
    ("defective", "shipped", "ppm"), [(38, 150_600, "252"), (1, 2_000_000, "1"), (0, 500, "0")]
)
def test_defective_pieces_count_by_the_million(defective, shipped, ppm):
    assert str(figures.per_million(defective, shipped)) == ppm


def test_without_shipments_the_ppm_is_empty_and_not_nil():
    assert figures.per_million(3, 0) is None


@pytest.mark.parametrize(
    ("seconds", "days"), [(86_400 * 3, "3.0"), (86_400 * 2 + 4320, "2.1"), (Decimal(43_200), "0.5")]
)
def test_a_mean_time_is_in_days(seconds, days):
    assert str(figures.mean_days(seconds)) == days
    assert figures.mean_days(None) is None


def test_the_cost_is_the_sum_of_what_was_recorded():
    assert figures.total_cost([Decimal("120.50"), None, Decimal(0)]) == Decimal("120.50")
    assert figures.total_cost([Decimal(0)]) == Decimal(0)


def test_where_no_cost_was_recorded_there_is_none():
    assert figures.total_cost([None, None]) is None
