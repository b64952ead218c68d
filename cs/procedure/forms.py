"""The forms of 7.0 and how records are numbered."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from cs.procedure.names import Name


@dataclass(frozen=True)
class Form:
    """A form of 7.0 or a working paper. `number` is the printed label, perhaps blank, and never a key
    (Q30)."""

    key: str = field(metadata={"code": True})
    number: str = field(metadata={"blank": True})
    name: Name = field(metadata={"here": True})
    revision: str = field(default="", metadata={"blank": True})
    retention_years: int = field(default=3, metadata={"low": 1, "high": 50})
    landscape: bool = False


@dataclass(frozen=True)
class Numbering:
    """How records of one kind are numbered: prefix-period-count."""

    prefix: str
    digits: int = field(metadata={"low": 1, "high": 9})
    per: Literal["month", "half_year", "year", "never"]

    def period(self, day: date) -> str:
        """Return the period in which `day` counts: '202611', '2026H2', '2026', or '' if the count never
        starts again."""
        half = "H1" if day.month <= 6 else "H2"
        return {
            "month": f"{day.year:04}{day.month:02}",
            "half_year": f"{day.year:04}{half}",
            "year": f"{day.year:04}",
            "never": "",
        }[self.per]

    def number(self, day: date, n: int) -> str:
        """Return the number of the `n`-th record of `day`'s period: 'CC-202611-0007'.

        `n` may grow over its digits. ValueError if `n` is less than 1.
        """
        if n < 1:
            raise ValueError("records are counted from 1")
        return "-".join(part for part in (self.prefix, self.period(day), f"{n:0{self.digits}}") if part)
