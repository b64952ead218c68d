"""Column types: moments in UTC, quantities in whole thousandths, money in whole fen, unit prices in
hundredths of a fen, rates of exchange in millionths."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, DateTime
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator


class Moment(TypeDecorator[datetime]):
    """An aware datetime, stored in UTC; a naive one is refused (ValueError)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    @property
    def python_type(self) -> type[datetime]:
        """Return the type of the values; without this SQLAlchemy reports `object`."""
        return datetime

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def exact_number(value: Any) -> Decimal | None:
    """Return a number as the database gives it back: whole where it is whole, without zeros at its end. One
    number has one text, and one hash."""
    if value is None:
        return None
    number = Decimal(value)
    return number.quantize(Decimal(1)) if number == number.to_integral_value() else number.normalize()


class _Scaled(TypeDecorator[Decimal]):
    """A Decimal outside, a whole number inside: sums and CHECKs stay exact on every database."""

    impl = BigInteger
    cache_ok = True
    places: int

    @property
    def python_type(self) -> type[Decimal]:
        return Decimal

    def process_bind_param(self, value: Any, dialect: Dialect) -> int | None:
        if value is None:
            return None
        scaled = Decimal(value).scaleb(self.places)
        if scaled != scaled.to_integral_value():
            raise ValueError(f"{value} has more than {self.places} decimals")
        return int(scaled)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else exact_number(Decimal(value).scaleb(-self.places))


class Quantity(_Scaled):
    cache_ok = True
    places = 3


class Money(_Scaled):
    cache_ok = True
    places = 2


class UnitPrice(_Scaled):
    cache_ok = True
    places = 4


class ExchangeRate(_Scaled):
    cache_ok = True
    places = 6
