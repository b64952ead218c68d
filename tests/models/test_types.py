"""Column types: moments come back aware and in UTC, quantities and money exactly."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import StatementError

from cs.extensions import db
from cs.records.types import Moment, Money, Quantity

pytestmark = pytest.mark.both_databases

SHELF = Table(
    "shelf",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("at", Moment),
    Column("quantity", Quantity),
    Column("money", Money),
)


@pytest.fixture
def shelf():
    SHELF.create(db.session.connection())
    yield SHELF
    db.session.rollback()


def keep(shelf, **values):
    db.session.execute(shelf.insert().values(**values))
    return db.session.execute(shelf.select()).one()


def test_a_moment_comes_back_in_utc_with_its_microseconds(shelf):
    noon = datetime(2026, 3, 10, 12, 0, 0, 123456, tzinfo=timezone(timedelta(hours=8)))
    row = keep(shelf, at=noon)
    assert (row.at, row.at.tzinfo) == (noon, UTC)


def test_a_moment_without_a_zone_is_refused(shelf):
    with pytest.raises(StatementError, match="a moment without a time zone"):
        keep(shelf, at=datetime(2026, 3, 10, 12))  # noqa: DTZ001


def test_nothing_stays_nothing(shelf):
    assert keep(shelf, id=1)[1:] == (None, None, None)


@pytest.mark.parametrize("number", ["0.3", "1000", "-0.001", "123456789012.345", "0"])
def test_a_quantity_is_exact_to_the_thousandth(shelf, number):
    row = keep(shelf, quantity=Decimal(number))
    assert row.quantity == Decimal(number)
    assert str(row.quantity) == number


def test_sums_of_quantities_are_exact_in_the_database(shelf):
    db.session.execute(shelf.insert(), [{"quantity": Decimal("0.1")}, {"quantity": Decimal("0.2")}])
    assert db.session.execute(text("SELECT sum(quantity) FROM shelf")).scalar() == 300


@pytest.mark.parametrize(("column", "number"), [("quantity", "0.0001"), ("money", "9.999")])
def test_more_decimals_than_the_unit_has_are_refused_not_rounded(shelf, column, number):
    with pytest.raises(StatementError, match="has more than"):
        keep(shelf, **{column: Decimal(number)})


def test_money_is_whole_fen(shelf):
    assert keep(shelf, money=Decimal("999.99")).money == Decimal("999.99")
    assert db.session.execute(text("SELECT money FROM shelf")).scalar() == 99999


def test_a_whole_number_is_not_shown_as_a_power_of_ten():
    assert str(Quantity().process_result_value(1_000_000, sqlite.dialect())) == "1000"
