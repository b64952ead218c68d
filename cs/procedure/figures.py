"""The formulas of the KPIs (FORMS 6). None where there is nothing to measure by: 0 would say that all is
well."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

SECONDS_A_DAY = 86_400
MILLION = 1_000_000


def in_percent(part: int | Decimal, whole: int | Decimal, places: int = 1) -> Decimal | None:
    """Return the share of a whole in per cent, rounded half up to so many places."""
    return _rounded(Decimal(part) * 100 / Decimal(whole), places) if whole else None


def per_million(defective: int, shipped: int) -> Decimal | None:
    """Return the customer PPM 客户PPM: defective pieces of a million shipped, whole."""
    return _rounded(Decimal(defective) * MILLION / Decimal(shipped), 0) if shipped else None


def mean_days(seconds: float | Decimal | None) -> Decimal | None:
    """Return a mean time in days, with one decimal."""
    return None if seconds is None else _rounded(Decimal(str(seconds)) / SECONDS_A_DAY, 1)


def total_cost(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """Return the cost of complaints 质量损失 in RMB: the sum of what was recorded; None where nothing was."""
    recorded = [amount for amount in amounts if amount is not None]
    return sum(recorded, Decimal(0)) if recorded else None


def _rounded(value: Decimal, places: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
